using System.Reflection;
using System.Reflection.Emit;

namespace Pipeline.Tests.Architecture;

/// <summary>
/// Which folders of an assembly use which others, as the compiler left it: by the base types, members, signatures, attributes and instructions of every type.
/// A folder is the namespace below the root.
/// </summary>
internal static class FolderArrows
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(o => o.Value);

    /// <summary>The folders that each folder uses, with one user and what it uses for each.</summary>
    public static SortedDictionary<string, SortedDictionary<string, string>> Of(Assembly assembly, string root)
    {
        SortedDictionary<string, SortedDictionary<string, string>> arrows = new(StringComparer.Ordinal);
        foreach (Type type in assembly.GetTypes())
        {
            if (FolderOf(type, root) is not string from)
            {
                continue;
            }

            SortedDictionary<string, string> uses = arrows.TryGetValue(from, out SortedDictionary<string, string>? known) ? known : arrows[from] = new(StringComparer.Ordinal);
            foreach (Type used in UsedBy(type).SelectMany(Parts).Where(t => t.Assembly == assembly))
            {
                if (FolderOf(used, root) is string to && !string.Equals(to, from, StringComparison.Ordinal))
                {
                    uses.TryAdd(to, $"{Outermost(type).Name} uses {Outermost(used).Name}");
                }
            }
        }

        return arrows;
    }

    /// <summary>The circles: groups of folders each of which can be reached from every other, with what draws the arrows between them.</summary>
    public static IReadOnlyList<string> Circles(SortedDictionary<string, SortedDictionary<string, string>> arrows)
    {
        Dictionary<string, HashSet<string>> reached = arrows.Keys.ToDictionary(f => f, f => Reach(f, arrows), StringComparer.Ordinal);
        List<string> circles = [];
        HashSet<string> told = new(StringComparer.Ordinal);
        foreach (string folder in arrows.Keys.Where(f => reached[f].Contains(f) && !told.Contains(f)))
        {
            string[] circle = [.. reached[folder].Where(other => reached[other].Contains(folder)).Order(StringComparer.Ordinal)];
            told.UnionWith(circle);
            IEnumerable<string> reasons = circle.SelectMany(from => arrows[from].Where(a => circle.Contains(a.Key, StringComparer.Ordinal)).Select(a => $"{from} -> {a.Key} ({a.Value})"));
            circles.Add($"{string.Join(", ", circle)}: {string.Join("; ", reasons)}");
        }

        return circles;
    }

    private static HashSet<string> Reach(string folder, SortedDictionary<string, SortedDictionary<string, string>> arrows)
    {
        HashSet<string> reached = new(StringComparer.Ordinal);
        Stack<string> open = new([folder]);
        while (open.TryPop(out string? next))
        {
            foreach (string to in arrows[next].Keys)
            {
                if (reached.Add(to))
                {
                    open.Push(to);
                }
            }
        }

        return reached;
    }

    private static string? FolderOf(Type type, string root) =>
        type.Namespace is string name && name.StartsWith(root + ".", StringComparison.Ordinal) ? name[(root.Length + 1)..].Split('.')[0] : null;

    private static Type Outermost(Type type) => type.DeclaringType is Type outer ? Outermost(outer) : type;

    // A type with what it is made of: List<T[]> uses List and T.
    private static IEnumerable<Type> Parts(Type? type)
    {
        if (type is null || type.IsGenericParameter)
        {
            yield break;
        }

        foreach (Type part in type.HasElementType ? Parts(type.GetElementType()) : type.GetGenericArguments().SelectMany(Parts))
        {
            yield return part;
        }

        if (!type.HasElementType)
        {
            yield return type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        }
    }

    private static IEnumerable<Type?> UsedBy(Type type)
    {
        IEnumerable<Type?> head = [type.BaseType, .. type.GetInterfaces(), .. type.GetCustomAttributesData().Select(a => a.AttributeType), .. type.GetFields(All).Select(f => f.FieldType)];
        IEnumerable<Type?> constraints = type.GetGenericArguments().Where(a => a.IsGenericParameter).SelectMany(a => a.GetGenericParameterConstraints());
        IEnumerable<MethodBase> methods = [.. type.GetMethods(All), .. type.GetConstructors(All)];
        return head.Concat(constraints).Concat(methods.SelectMany(UsedBy));
    }

    private static IEnumerable<Type?> UsedBy(MethodBase method)
    {
        IEnumerable<Type?> signature = [.. method.GetParameters().Select(p => p.ParameterType), (method as MethodInfo)?.ReturnType];
        MethodBody? body = method.GetMethodBody();
        return body is null
            ? signature
            : [.. signature, .. body.LocalVariables.Select(v => v.LocalType), .. body.ExceptionHandlingClauses.Where(c => c.Flags == ExceptionHandlingClauseOptions.Clause).Select(c => c.CatchType), .. Named(method, body.GetILAsByteArray()!)];
    }

    // The types that a method's instructions name, and those that declare the members that they name.
    private static List<Type?> Named(MethodBase method, byte[] code)
    {
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } declaring ? declaring.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        List<Type?> named = [];
        for (int at = 0; at < code.Length;)
        {
            short value = code[at] == 0xFE ? unchecked((short)(0xFE00 | code[at + 1])) : code[at];
            OpCode instruction = OpCodesByValue[value];
            at += instruction.Size;
            if (instruction.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                MemberInfo member = method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod)!;
                named.Add(member as Type ?? member.DeclaringType);
                named.AddRange(member is MethodBase { IsGenericMethod: true } generic ? generic.GetGenericArguments() : []);
                named.AddRange(member is FieldInfo field ? [field.FieldType] : member is MethodInfo called ? [called.ReturnType] : []);
            }

            at += instruction.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }

        return named;
    }
}
