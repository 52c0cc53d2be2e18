using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Clustering;

/// <summary>
/// Which of the kernels' twins runs: the one on 512-bit vectors wherever the processor has them, also where the runtime reports them as not
/// accelerated because the processor lowers its clock for them, as some of Intel's do; else the one on ordinary vectors. Both give the same bits.
/// </summary>
internal static class WideVectors
{
    /// <summary>Whether 512-bit vectors are used. A constant to the compiler.</summary>
    public static bool AreUsed
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512F.IsSupported;
    }
}
