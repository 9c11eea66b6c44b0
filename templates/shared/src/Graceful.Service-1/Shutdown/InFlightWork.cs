using System.Numerics;
using Microsoft.AspNetCore.Http.Features;

namespace Graceful.Service_1.Shutdown;

/// <summary>What is in flight: every request, call and other piece of work, by name and age.</summary>
/// <remarks>One list per core, each with its own lock, so that cores do not wait for each other.</remarks>
public sealed class InFlightWork
{
    private readonly Stripe[] _stripes =
        [.. Enumerable.Range(0, (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)).Select(_ => new Stripe())];

    /// <summary>Registers work that is no HTTP request, such as an import. Dispose the item when the work is done.</summary>
    public WorkItem Begin(string name) => Begin(name, request: null);

    internal WorkItem Begin(string label, IFeatureCollection? request)
    {
        var stripe = _stripes[Thread.GetCurrentProcessorId() & (_stripes.Length - 1)];
        var item = new WorkItem(stripe, label, request);
        stripe.Add(item);
        return item;
    }

    /// <summary>How much has begun and how much has ended since the process started.</summary>
    internal (long Begun, long Ended) Totals
    {
        get
        {
            var (begun, ended) = (0L, 0L);
            foreach (var stripe in _stripes)
            {
                var totals = stripe.Totals;
                (begun, ended) = (begun + totals.Begun, ended + totals.Ended);
            }
            return (begun, ended);
        }
    }

    /// <summary>How much is in flight now.</summary>
    public long Count => Totals is var totals ? totals.Begun - totals.Ended : 0;

    /// <summary>What is in flight now, oldest first.</summary>
    public IReadOnlyList<WorkItem> Snapshot()
    {
        List<WorkItem> items = [];
        foreach (var stripe in _stripes) stripe.CopyTo(items);
        items.Sort((a, b) => a.StartedAt - b.StartedAt); // The counter wraps, the difference does not.
        return items;
    }

    internal sealed class Stripe
    {
        private readonly Lock _gate = new();
        private WorkItem[] _items = new WorkItem[64];
        private int _count;
        private long _begun;

        public (long Begun, long Ended) Totals { get { lock (_gate) return (_begun, _begun - _count); } }

        public void Add(WorkItem item)
        {
            lock (_gate)
            {
                if (_count == _items.Length) Array.Resize(ref _items, _count * 2);
                item.Index = _count;
                _items[_count++] = item;
                _begun++;
            }
        }

        public void Remove(WorkItem item)
        {
            lock (_gate)
            {
                if (item.Index < 0) return; // Disposed twice.
                var last = _items[--_count];
                (_items[item.Index], last.Index) = (last, item.Index);
                _items[_count] = null!;
                item.Index = -1;
            }
        }

        public void CopyTo(List<WorkItem> items)
        {
            lock (_gate) items.AddRange(_items.AsSpan(0, _count));
        }
    }
}
