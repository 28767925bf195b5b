#include "records/search/order.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace mooring::records::search {
namespace {

std::string Read(Kind kind, const std::vector<std::string>& items) {
  const auto order = ParseOrder(kind, items);
  if (!order.ok()) return "! " + order.error().message();
  std::string text;
  for (const SortKey& key : *order) {
    constexpr std::string_view kLetters = "amptd";
    text += text.empty() ? "" : ", ";
    text += kLetters[static_cast<std::size_t>(key.entity)];
    text += ":" + key.key + (key.ascending ? "" : " DESC");
  }
  return text;
}

TEST(ParseOrder, CompletesEachKind) {
  EXPECT_EQ(Read(Kind::kRuns, {}), "a:start_time DESC, a:run_id");
  EXPECT_EQ(Read(Kind::kRuns, {"created"}), "a:start_time, a:run_id");
  EXPECT_EQ(Read(Kind::kExperiments, {}), "a:creation_time DESC, a:experiment_id");
  EXPECT_EQ(Read(Kind::kExperiments, {"name ASC"}), "a:name, a:experiment_id DESC");
  EXPECT_EQ(Read(Kind::kRegisteredModels, {"timestamp DESC"}),
            "a:last_updated_timestamp DESC, a:name");
  EXPECT_EQ(Read(Kind::kModelVersions, {}),
            "a:last_updated_timestamp DESC, a:name, a:version_number DESC");
  EXPECT_EQ(Read(Kind::kModelVersions, {"version_number"}), "a:version_number, a:name");
}

TEST(ParseOrder, ReadsOrdersOfRuns) {
  const std::string rest = ", a:start_time DESC, a:run_id";
  EXPECT_EQ(Read(Kind::kRuns, {"metrics.\"key1\"  desc"}), "m:key1 DESC" + rest);
  EXPECT_EQ(Read(Kind::kRuns, {"metrics.`Mean Square Error` ASC"}), "m:Mean Square Error" + rest);
  EXPECT_EQ(Read(Kind::kRuns, {"params.my_param aSc", "attributes.status   DESC"}),
            "p:my_param, a:status DESC" + rest);
  EXPECT_EQ(Read(Kind::kRuns, {"tag.a.b"}), "t:a.b" + rest);
}

TEST(ParseOrder, RefusesWithTheTextsThatClientsKnow) {
  const struct {
    Kind kind;
    const char* item;
    const char* message;
  } rows[] = {
      {Kind::kRuns, "zzz",
       "! Invalid attribute key 'zzz' specified. Valid keys are '{'status', 'created', "
       "'artifact_uri', 'start_time', 'run_id', 'end_time', 'run_name', 'user_id', 'Created'}'"},
      {Kind::kRuns, "m.acc",
       "! Invalid entity type 'm'. Valid values are ['metric', 'parameter', 'tag', 'attribute', "
       "'dataset']"},
      {Kind::kRuns, "`metrics.A", "! Invalid order_by clause '`metrics.A'. Could not be parsed."},
      {Kind::kRuns, "", "! Invalid order_by clause ''. Could not be parsed."},
      {Kind::kRuns, "params.my_param ",
       "! Invalid order_by clause 'params.my_param '. Could not be parsed."},
      {Kind::kRuns, "metrics.A != 1",
       "! Invalid order_by clause 'metrics.A != 1'. Could not be parsed."},
      {Kind::kRuns, "attribute.run_id ACS",
       "! Invalid ordering key in order_by clause 'attribute.run_id ACS'."},
      {Kind::kRuns, "a b c", "! Invalid order_by clause 'a b c'. Could not be parsed."},
      {Kind::kRuns, "dataset.name", "! Invalid order_by entity type 'dataset'"},
      {Kind::kExperiments, "nope ASC",
       "! Invalid attribute key 'nope' specified. Valid keys are '{'name', 'creation_time', "
       "'last_update_time', 'experiment_id'}'"},
      {Kind::kExperiments, "tags.a", "! Invalid order_by entity: tag"},
      {Kind::kRegisteredModels, "zzz",
       "! Invalid order by key 'zzz' specified. Valid keys are '{'name', 'timestamp'}'"},
      {Kind::kRegisteredModels, "timestamp decs",
       "! Invalid order_by clause 'timestamp decs'. Could not be parsed."},
      {Kind::kRegisteredModels, "name aCs",
       "! Invalid ordering key in order_by clause 'name aCs'."},
  };
  for (const auto& row : rows) EXPECT_EQ(Read(row.kind, {row.item}), row.message) << row.item;
}

TEST(ParseOrder, HoldsItsLimits) {
  std::vector<std::string> items(limits::kSearchOrders, "metrics.a");
  EXPECT_TRUE(ParseOrder(Kind::kRuns, items).ok());
  items.push_back("metrics.a");
  EXPECT_FALSE(ParseOrder(Kind::kRuns, items).ok());
  items = {"metrics." + std::string(limits::kSearchOrderBytes, 'a')};
  EXPECT_FALSE(ParseOrder(Kind::kRuns, items).ok());
}

TEST(ReadLoggedModelOrder, ReadsAttributesAndMetricsOfDatasets) {
  const auto metric = ReadLoggedModelOrder("metrics.auc", false, "d", "1");
  ASSERT_TRUE(metric.ok());
  EXPECT_EQ(*metric, (SortKey{Entity::kMetric, "auc", false, "d", "1"}));
  EXPECT_EQ(ReadLoggedModelOrder("creation_time", true, "", "")->key, "creation_timestamp");
  EXPECT_EQ(ReadLoggedModelOrder("", true, "", "").error().message(),
            "`field_name` in the `order_by` clause must be specified.");
  EXPECT_EQ(ReadLoggedModelOrder("params.a", true, "", "").error().message(),
            "Invalid order by field name: params, only `metrics.<name>` is allowed.");
  EXPECT_EQ(ReadLoggedModelOrder("zzz", true, "", "").error().message(),
            "Invalid order by field name: zzz");
  EXPECT_FALSE(ReadLoggedModelOrder("metrics.a", true, "", "1").ok());
  std::vector<SortKey> order;
  CompleteOrder(Kind::kLoggedModels, order);
  ASSERT_EQ(order.size(), 2u);
  EXPECT_EQ(order[0].key, "creation_timestamp");
  EXPECT_FALSE(order[0].ascending);
}

}  // namespace
}  // namespace mooring::records::search
