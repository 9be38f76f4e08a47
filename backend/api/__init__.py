"""HTTP in, HTTP out: routers that read a request, call one service and write what it returned."""
