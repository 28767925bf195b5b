"""Makes tests/golden/detectors/published.json: the three streams that River's tests of its drift
detectors draw with numpy, and the indices that are published for them.

Run with Debian 12's numpy 1.24 (its legacy generator is frozen, so any later one draws the same):
  python3 tools/golden/detector_streams.py > tests/golden/detectors/published.json

Each stream is a string of digits, one a value. Indices count from 0. They are River's published
ones: DDM, HDDM-A, HDDM-W, Page-Hinkley and eddm_90_80 of 0.19; eddm_before_0_15 of earlier
versions; ADWIN 1023 is of the scan over all boundaries (2026), while scans that skip the newest
bucket of a row say 1055.
"""
import json

import numpy as np


def digits(values):
    return ''.join(str(int(v)) for v in values)


def streams():
    draw = np.random.RandomState(12345)
    yield 'integers', digits(
        np.concatenate((draw.randint(2, size=1000), draw.randint(8, size=1000))))
    draw = np.random.RandomState(12345)
    yield 'rates', digits([draw.binomial(1, p) for p in [0.2] * 1000 + [0.8] * 1000])
    draw = np.random.RandomState(12345)
    yield 'signs', digits(np.concatenate(
        [draw.normal(mean, 0.1, 500) > 0 for mean in (0.0, 0.25, 0.0, 0.25)]))


ALARMS = {
    'integers': {'adwin': [1023]},
    'rates': {'ddm': [1049], 'eddm_before_0_15': [681, 848, 983, 1042, 1089],
              'eddm_90_80': [1059],
              'hddm_a': [1047], 'hddm_w': [1018]},
    'signs': {'hddm_a_two_sided': [531, 1015, 1545], 'hddm_w_two_sided': [507, 1032, 1508],
              'page_hinkley_up': [588, 1681], 'page_hinkley_down': [1172]},
}

if __name__ == '__main__':
    print(json.dumps({'streams': dict(streams()), 'alarms': ALARMS}, indent=1))
