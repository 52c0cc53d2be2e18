using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Infra.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Kubernetes;

/// <summary>What kustomize builds: that Kubernetes takes it, that its parts fit each other, and that it names what this program has.</summary>
[TestClass]
public sealed partial class KubernetesTests
{
    private static readonly string[] Overlays = ["overlays/dev", "overlays/prod"];
    private static readonly string Root = SharedFiles.RepositoryRoot;
    private static readonly JsonObject Api = JsonNode.Parse(File.ReadAllText(Path.Combine(Root, "src", "Triggers", "openapi.json")))!.AsObject();

    [TestMethod]
    [DataRow("base")]
    [DataRow("overlays/dev")]
    [DataRow("overlays/prod")]
    [DataRow("functions")]
    public async Task Every_object_is_one_that_Kubernetes_takes(string folder)
    {
        Manifests built = await Manifests.BuildAsync(folder);

        built.Objects.Count.ShouldBeGreaterThan(4);
        foreach (JsonObject made in built.Objects)
        {
            Manifests.Validate(made);
        }
    }

    [TestMethod]
    public async Task A_field_that_Kubernetes_does_not_have_is_found()
    {
        JsonObject writer = (await Manifests.BuildAsync("base")).Find("Deployment", "pipeline-writer").DeepClone().AsObject();
        writer["spec"]!["template"]!["spec"]!["containers"]![0]!["readynessProbe"] = new JsonObject();

        Should.Throw<ShouldAssertException>(() => Manifests.Validate(writer)).Message.ShouldContain("readynessProbe");
    }

    [TestMethod]
    [DataRow("overlays/dev")]
    [DataRow("overlays/prod")]
    public async Task Every_patch_of_an_overlay_changes_an_object_of_the_base(string folder)
    {
        Manifests baseline = await Manifests.BuildAsync("base"), overlay = await Manifests.BuildAsync(folder);
        JsonNode kustomization = YamlFile.Read(Path.Combine(Manifests.FolderOf(folder), "kustomization.yaml"));

        foreach (JsonNode? patch in kustomization["patches"]!.AsArray())
        {
            (string kind, string name) = (patch!["target"]!.Text("kind"), patch["target"]!.Text("name"));
            baseline.Of(kind).Count(o => o.Name() == name).ShouldBe(1, $"{kind} {name}");
            string.Equals(overlay.Find(kind, name).ToJsonString(), baseline.Find(kind, name).ToJsonString(), StringComparison.Ordinal).ShouldBeFalse($"{kind} {name}");
        }

        foreach (JsonNode? image in kustomization["images"]!.AsArray())
        {
            baseline.Containers.ShouldContain(c => c.Container.Text("image").StartsWith(image!.Text("name") + ":", StringComparison.Ordinal));
            string named = $"{image!.Text("newName")}:{image!.Text("newTag")}";
            overlay.Containers.ShouldAllBe(c => c.Container.Text("image") == named);
        }

        string[] known = [.. baseline.Find("ConfigMap", "pipeline-settings")["data"]!.AsObject().Select(pair => pair.Key)];
        overlay.Find("ConfigMap", "pipeline-settings")["data"]!.AsObject().Select(pair => pair.Key).Except(known, StringComparer.Ordinal).ShouldAllBe(key => IsSetting(key));
    }

    [TestMethod]
    [DataRow("base")]
    [DataRow("functions")]
    public async Task Labels_names_and_ports_fit_each_other(string folder)
    {
        Manifests built = await Manifests.BuildAsync(folder);

        foreach (JsonObject made in built.Of("Deployment"))
        {
            made["spec"]!["selector"]!["matchLabels"]!.Selects(made["spec"]!["template"]!["metadata"]!["labels"]!).ShouldBeTrue(made.Name());
        }

        foreach (JsonObject service in built.Of("Service"))
        {
            JsonObject[] pods = [.. built.Pods.Where(p => service["spec"]!["selector"]!.Selects(p.Template["metadata"]!["labels"]!)).Select(p => p.Template)];
            pods.Length.ShouldBe(1, service.Name());
            service["spec"]!["ports"]!.AsArray().ShouldAllBe(port => PortsOf(pods[0]).Contains(port!.Text("targetPort"), StringComparer.Ordinal));
        }

        foreach (JsonObject budget in built.Of("PodDisruptionBudget"))
        {
            built.Pods.Count(p => budget["spec"]!["selector"]!["matchLabels"]!.Selects(p.Template["metadata"]!["labels"]!)).ShouldBe(1, budget.Name());
        }

        foreach (JsonObject scaler in built.Of("HorizontalPodAutoscaler").Concat(built.Of("ScaledObject")))
        {
            built.Find("Deployment", scaler["spec"]!["scaleTargetRef"]!.Text("name"))["spec"]!["replicas"].ShouldBeNull("an autoscaler and a number of replicas would undo each other's work");
        }

        foreach (JsonObject monitor in built.Of("ServiceMonitor"))
        {
            JsonObject[] services = [.. built.Of("Service").Where(s => monitor["spec"]!["selector"]!["matchLabels"]!.Selects(s["metadata"]!["labels"]!))];
            services.Length.ShouldBe(2);
            monitor["spec"]!["endpoints"]!.AsArray().ShouldAllBe(e => services.All(s => s["spec"]!["ports"]!.AsArray().Any(p => p!.Text("name") == e!.Text("port"))));
        }

        foreach ((string owner, JsonObject container) in built.Containers)
        {
            CheckProbes(owner, container);
        }
    }

    [TestMethod]
    [DataRow("base")]
    [DataRow("functions")]
    public async Task Volumes_secrets_and_accounts_that_pods_name_are_there(string folder)
    {
        Manifests built = await Manifests.BuildAsync(folder);
        string[] secrets = [.. built.Of("SecretProviderClass").SelectMany(c => c["spec"]!["secretObjects"]!.AsArray()).SelectMany(s => s!["data"]!.AsArray().Select(d => $"{s.Text("secretName")}/{d!.Text("key")}"))];

        foreach ((string owner, JsonObject template) in built.Pods)
        {
            JsonNode spec = template["spec"]!;
            built.Find("ServiceAccount", spec.Text("serviceAccountName"));
            string[] volumes = [.. spec["volumes"]!.AsArray().Select(v => v!.Text("name"))];
            foreach (JsonNode? volume in spec["volumes"]!.AsArray())
            {
                (volume!["persistentVolumeClaim"] is JsonNode claim ? built.Find("PersistentVolumeClaim", claim.Text("claimName")) : volume).ShouldNotBeNull();
                (volume["csi"] is JsonNode csi ? built.Find("SecretProviderClass", csi["volumeAttributes"]!.Text("secretProviderClass")) : volume).ShouldNotBeNull();
                volume["hostPath"].ShouldBeNull(owner);
            }

            foreach (JsonNode? container in spec["containers"]!.AsArray())
            {
                container!["volumeMounts"]!.AsArray().Select(m => m!.Text("name")).Order(StringComparer.Ordinal).ShouldBe(volumes.Order(StringComparer.Ordinal), owner);
                foreach (JsonNode? source in container["envFrom"]?.AsArray() ?? [])
                {
                    built.Of("ConfigMap").ShouldContain(m => m.Name() == source!["configMapRef"]!.Text("name"));
                }

                foreach (JsonNode reference in (container["env"]?.AsArray() ?? []).Select(v => v!["valueFrom"]?["secretKeyRef"]).OfType<JsonNode>())
                {
                    secrets.ShouldContain(secret => secret == $"{reference.Text("name")}/{reference.Text("key")}", owner);
                }
            }
        }

        foreach (JsonNode credentials in built.Of("ServiceMonitor").SelectMany(m => m["spec"]!["endpoints"]!.AsArray()).Select(e => e!["authorization"]!["credentials"]!))
        {
            secrets.ShouldContain(secret => secret == $"{credentials.Text("name")}/{credentials.Text("key")}");
        }
    }

    [TestMethod]
    [DataRow("overlays/dev")]
    [DataRow("overlays/prod")]
    [DataRow("functions")]
    public async Task Pods_meet_the_restricted_standard_of_their_namespace_and_have_limits(string folder)
    {
        Manifests built = await Manifests.BuildAsync(folder);

        built.Of("Namespace").ShouldHaveSingleItem()["metadata"]!["labels"]!.Text("pod-security.kubernetes.io/enforce").ShouldBe("restricted");
        built.Objects.Where(o => o.Text("kind") != "Namespace").ShouldAllBe(o => o["metadata"]!.Text("namespace") == built.Of("Namespace").Single().Name());
        foreach ((string owner, JsonObject template) in built.Pods)
        {
            JsonNode spec = template["spec"]!;
            spec["securityContext"]!.Text("runAsNonRoot").ShouldBe("true", owner);
            spec["securityContext"]!.Text("runAsUser").ShouldBe("1000", owner);
            spec["securityContext"]!["seccompProfile"]!.Text("type").ShouldBe("RuntimeDefault", owner);
            spec.Text("automountServiceAccountToken").ShouldBe("false", owner);
            new[] { "hostNetwork", "hostPID", "hostIPC" }.ShouldAllBe(field => spec[field] == null);
            foreach (JsonNode? container in spec["containers"]!.AsArray())
            {
                JsonNode context = container!["securityContext"]!;
                context.Text("allowPrivilegeEscalation").ShouldBe("false", owner);
                context.Text("readOnlyRootFilesystem").ShouldBe("true", owner);
                context["capabilities"]!["drop"]!.AsArray().Select(c => c!.ToString()).ShouldBe(["ALL"], owner);
                context["capabilities"]!["add"].ShouldBeNull(owner);
                new[] { "requests", "limits" }.SelectMany(kind => new[] { "cpu", "memory" }.Select(of => container["resources"]![kind]![of]?.ToString())).ShouldAllBe(amount => amount != null);
                container.Text("image").ShouldMatch("^[a-z0-9./-]+:[0-9]+\\.[0-9]+\\.[0-9]+$", owner);
            }
        }
    }

    [TestMethod]
    [DataRow("overlays/dev")]
    [DataRow("overlays/prod")]
    [DataRow("functions")]
    public async Task Every_setting_is_one_that_the_program_has(string folder)
    {
        Manifests built = await Manifests.BuildAsync(folder);

        IEnumerable<string> named = built.Of("ConfigMap").SelectMany(m => m["data"]!.AsObject().Select(pair => pair.Key))
            .Concat(built.Containers.SelectMany(c => c.Container["env"]?.AsArray() ?? []).Select(v => v!.Text("name")));
        named.Distinct(StringComparer.Ordinal).Where(name => !IsSetting(name)).ShouldBeEmpty("settings that are neither in docs/settings.md nor in docs/containers.md");
    }

    [TestMethod]
    public async Task Two_to_twenty_replicas_follow_processors_memory_and_requests_beside_one_writer()
    {
        Manifests built = await Manifests.BuildAsync("base");

        JsonNode scaler = built.Find("HorizontalPodAutoscaler", "pipeline-replicas")["spec"]!;
        (scaler.Text("minReplicas"), scaler.Text("maxReplicas")).ShouldBe(("2", "20"));
        scaler["metrics"]!.AsArray().Select(m => m!["resource"] is JsonNode resource
            ? $"{resource.Text("name")} {resource["target"]!.Text("averageUtilization")}"
            : $"{m["pods"]!["metric"]!.Text("name")} {m["pods"]!["target"]!.Text("averageValue")}").ShouldBe(["cpu 70", "memory 80", "pipeline_requests_per_second 100"]);
        JsonNode writer = built.Find("Deployment", "pipeline-writer")["spec"]!;
        (writer.Text("replicas"), writer["strategy"]!.Text("type")).ShouldBe(("1", "Recreate"));
        ArgumentsOf(built, "pipeline-writer").ShouldNotContain(argument => argument == "--replica");
        ArgumentsOf(built, "pipeline-replicas").ShouldContain(argument => argument == "--replica");
        foreach (string overlay in Overlays)
        {
            ArgumentsOf(await Manifests.BuildAsync(overlay), "pipeline-writer").ShouldNotContain(argument => argument == "--replica");
        }
    }

    private static IEnumerable<string> ArgumentsOf(Manifests built, string deployment) =>
        built.Find("Deployment", deployment)["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.AsArray().Select(a => a!.ToString());

    private static string[] PortsOf(JsonObject template) => [.. template["spec"]!["containers"]!.AsArray().SelectMany(c => c!["ports"]!.AsArray()).Select(p => p!.Text("name"))];

    private static void CheckProbes(string owner, JsonObject container)
    {
        string[] probes = ["startupProbe", "livenessProbe", "readinessProbe"];
        if (owner.StartsWith("CronJob", StringComparison.Ordinal))
        {
            probes.ShouldAllBe(probe => container[probe] == null);
            return;
        }

        foreach (string probe in probes)
        {
            JsonNode asked = container[probe]!["httpGet"]!;
            container["ports"]!.AsArray().ShouldContain(p => p!.Text("name") == asked.Text("port"), $"{owner} {probe}");
            JsonNode operation = Api["paths"]![asked.Text("path")["/api".Length..]]?["get"] ?? throw new ShouldAssertException($"{owner} {probe}: there is no route {asked.Text("path")}.");
            operation["security"]!.AsArray().ShouldBeEmpty($"{owner} {probe}: a probe has no key");
        }
    }

    // As the environment writes it; names that a person chooses stand in capitals in the documentation.
    private static bool IsSetting(string variable)
    {
        string setting = variable.Replace("__", ":", StringComparison.Ordinal);
        string known = File.ReadAllText(Path.Combine(Root, "docs", "settings.md")) + File.ReadAllText(Path.Combine(Root, "docs", "containers.md"));
        return new[] { setting, Chosen().Replace(setting, "NAME") }.Any(name => Regex.IsMatch(known, $"`{Regex.Escape(name)}`", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [GeneratedRegex("(?<=^Access:KeyRoles:)[a-z-]+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Chosen();
}
