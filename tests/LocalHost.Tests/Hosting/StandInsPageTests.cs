using System.Reflection;
using System.Runtime.CompilerServices;

namespace Pipeline.LocalHost.Tests.Hosting;

[TestClass]
public sealed class StandInsPageTests
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [TestMethod]
    public void The_page_lists_every_stand_in_with_its_members_and_nothing_else()
    {
        string[] stated = [.. File.ReadAllLines(PagePath()).Where(l => l.StartsWith("- `Microsoft.", StringComparison.Ordinal))];
        string[] actual = [.. StandIns().Select(Describe)];
        actual.ShouldNotBeEmpty();
        actual.Except(stated, StringComparer.Ordinal).ShouldBeEmpty("docs/stand-ins.md lacks these lines");
        stated.Except(actual, StringComparer.Ordinal).ShouldBeEmpty("docs/stand-ins.md has lines that are no longer true");
    }

    private static IEnumerable<Type> StandIns() => typeof(CommandException).Assembly.GetTypes()
        .Where(t => t.Namespace is string space && t.IsVisible && !t.IsDefined(typeof(CompilerGeneratedAttribute))
            && (space.StartsWith("Microsoft.Azure.Functions", StringComparison.Ordinal) || space.StartsWith("Microsoft.DurableTask", StringComparison.Ordinal)))
        .OrderBy(t => t.FullName, StringComparer.Ordinal);

    private static string Describe(Type type)
    {
        IEnumerable<string> members = type.IsEnum
            ? Enum.GetNames(type)
            : type.GetConstructors(Own).Where(c => c.IsPublic).Select(c => $"new({Types(c.GetParameters())})")
                .Concat(type.GetFields(Own).Where(f => f.IsPublic).Select(f => f.Name))
                .Concat(type.GetProperties(Own).Where(p => IsSeen(p.GetMethod ?? p.SetMethod) && p.Name is not "EqualityContract").Select(p => p.GetIndexParameters() is { Length: > 0 } index ? $"this[{Types(index)}]" : p.Name))
                .Concat(type.GetEvents(Own).Select(e => e.Name))
                .Concat(type.GetMethods(Own).Where(m => IsSeen(m) && !m.IsDefined(typeof(CompilerGeneratedAttribute)) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal))).Select(m => $"{m.Name}{Generics(m)}({Types(m.GetParameters())})"));
        string listed = string.Join(", ", members.Distinct(StringComparer.Ordinal).Select(m => $"`{m}`"));
        return $"- `{type.Namespace}.{NameOf(type)}`{(listed.Length > 0 ? $": {listed}" : "")}";
    }

    private static bool IsSeen(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    private static string Generics(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "";

    private static string Types(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(p => NameOf(p.ParameterType)));

    private static string NameOf(Type type)
    {
        string name = type.Name.Split('`')[0];
        string own = type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : type.Name;
        return type is { IsNested: true, IsGenericParameter: false } ? $"{NameOf(type.DeclaringType!)}.{own}" : own;
    }

    private static string PagePath([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/stand-ins.md"));
}
