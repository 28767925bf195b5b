#include "api/metrics/exposition.h"

#include <limits>

namespace mooring::api {
namespace {

TEST(Exposition, WritesFamiliesSamplesAndEscapes) {
  std::string text;
  Exposition out(text);
  out.Family("a_total", "counter", "What it counts.");
  out.Sample({}, 3);
  out.Sample({{"m", "q\"b\\s\nn"}, {"v", "1"}}, 0.25);
  out.Sample({{"m", std::string(1000, 'x')}}, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(text,
            "# HELP a_total What it counts.\n# TYPE a_total counter\na_total 3\n"
            "a_total{m=\"q\\\"b\\\\s\\nn\",v=\"1\"} 0.25\na_total{m=\"" +
                std::string(128, 'x') + "\"} NaN\n");
}

TEST(Exposition, SumsHistogramBucketsUp) {
  std::string text;
  Exposition out(text);
  out.Family("s", "histogram", "h");
  const double bounds[] = {0.5, 1};
  const std::uint64_t counts[] = {2, 0, 5};
  out.Histogram({{"m", "x"}}, bounds, counts, 9.5);
  EXPECT_EQ(text,
            "# HELP s h\n# TYPE s histogram\ns_bucket{m=\"x\",le=\"0.5\"} "
            "2\ns_bucket{m=\"x\",le=\"1\"} 2\n"
            "s_bucket{m=\"x\",le=\"+Inf\"} 7\ns_sum{m=\"x\"} 9.5\ns_count{m=\"x\"} 7\n");
}

}  // namespace
}  // namespace mooring::api
