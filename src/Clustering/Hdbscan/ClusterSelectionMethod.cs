namespace Pipeline.Clustering;

/// <summary>How flat clusters are chosen from the condensed tree.</summary>
public enum ClusterSelectionMethod
{
    /// <summary>Excess of mass: the set of disjoint clusters with the largest total stability (Campello, Moulavi, Sander 2013).</summary>
    ExcessOfMass,

    /// <summary>The leaves of the cluster tree: the finest clusters there are.</summary>
    Leaf,
}
