using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Pipeline.Adapters.Onnx;

/// <summary>
/// A sentence model in the ONNX format, a BERT with the inputs <c>input_ids</c>, <c>attention_mask</c> and <c>token_type_ids</c>: token numbers in, the mean of
/// the last hidden states out (Reimers and Gurevych 2019). Computes in single precision on the processor. Safe for use by many threads.
/// </summary>
internal sealed class SentenceModel : IDisposable
{
    private static readonly string[] Inputs = ["input_ids", "attention_mask", "token_type_ids"];

    private readonly InferenceSession _session;
    private readonly string[] _output;

    /// <summary>Loads a model.</summary>
    /// <param name="path">The file of the model.</param>
    /// <param name="threads">The threads of one call, 1 or more.</param>
    /// <exception cref="InvalidDataException">The file is no such model.</exception>
    public SentenceModel(string path, int threads)
    {
        using SessionOptions options = new() { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
        try
        {
            _session = new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"'{path}' cannot be loaded as an ONNX model: {e.Message}", e);
        }

        (string name, NodeMetadata first) = _session.OutputMetadata.First();
        if (!Inputs.All(_session.InputMetadata.ContainsKey) || first.Dimensions is not [_, _, > 0])
        {
            _session.Dispose();
            throw new InvalidDataException($"'{path}' is no sentence model of the BERT family: it must take {string.Join(", ", Inputs)} and answer with texts x tokens x dimensions.");
        }

        _output = [name];
        Dimensions = first.Dimensions[2];
    }

    /// <summary>Values per vector.</summary>
    public int Dimensions { get; }

    /// <summary>The mean of the hidden states of each sequence.</summary>
    /// <param name="ids">The token numbers of the sequences, one after the other, all of one length: nothing is padded.</param>
    /// <param name="length">The tokens of a sequence, 1 or more, what marks its begin and end included.</param>
    /// <returns>Sequences x <see cref="Dimensions"/>, row-major, as the model makes them: not of unit length.</returns>
    public float[] Pool(long[] ids, int length)
    {
        int rows = ids.Length / length;
        long[] shape = [rows, length];
        long[] mask = new long[ids.Length];
        Array.Fill(mask, 1);
        using OrtValue tokens = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using OrtValue attention = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using OrtValue types = OrtValue.CreateTensorValueFromMemory(new long[ids.Length], shape);
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> made = _session.Run(run, Inputs, [tokens, attention, types], _output);
        ReadOnlySpan<float> states = made[0].GetTensorDataAsSpan<float>();
        float[] pooled = new float[rows * Dimensions];
        for (int token = 0; token < ids.Length; token++)
        {
            Span<float> row = pooled.AsSpan(token / length * Dimensions, Dimensions);
            TensorPrimitives.Add(row, states.Slice(token * Dimensions, Dimensions), row);
        }

        TensorPrimitives.Divide(pooled, length, pooled);
        return pooled;
    }

    /// <summary>Releases the model.</summary>
    public void Dispose() => _session.Dispose();
}
