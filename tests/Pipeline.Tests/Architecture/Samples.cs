// Two folders that use each other, one way by a method's body only, and one that uses them from outside.
namespace Pipeline.Tests.Architecture.Samples.Left
{
    internal sealed class Hand
    {
        public static string Describe()
        {
            object glove = new Right.Glove(null);
            return glove.ToString()!;
        }
    }
}

namespace Pipeline.Tests.Architecture.Samples.Right
{
    internal sealed record Glove(Left.Hand? Hand);
}

namespace Pipeline.Tests.Architecture.Samples.Outside
{
    internal static class Reader
    {
        public static string Read() => Left.Hand.Describe();
    }
}
