// Each test has a schema of its own.
[assembly: Parallelize(Workers = 2, Scope = ExecutionScope.MethodLevel)]
