using System.Runtime.InteropServices;

namespace Pipeline.Clustering;

/// <summary>Where a new point would join the tree.</summary>
/// <param name="Neighbor">The training point nearest to it by mutual reachability.</param>
/// <param name="Lambda">1 over that mutual reachability distance; the largest finite number at distance 0.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Attachment(int Neighbor, double Lambda);
