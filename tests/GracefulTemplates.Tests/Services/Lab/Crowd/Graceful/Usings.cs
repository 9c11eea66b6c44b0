global using Graceful.Service_1.Crowd;
global using Graceful.Service_1.Shutdown;
