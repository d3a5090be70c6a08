/* Which side of a threshold a figure is on. */
#include "metrics/metrics.h"

/* Without hysteresis the threshold itself is on both sides: who is there stays. */
enum metric_side
metric_side_of(double threshold, double hysteresis, enum metric_side before, double value)
{
    bool above = value >= threshold + hysteresis, below = value <= threshold - hysteresis;

    if (above && below) {
        return before == METRIC_UNKNOWN ? METRIC_ABOVE : before;
    }
    return above ? METRIC_ABOVE : below ? METRIC_BELOW : before;
}
