// Each test waits for processes of its own most of its time.
[assembly: Parallelize(Workers = 3, Scope = ExecutionScope.MethodLevel)]
