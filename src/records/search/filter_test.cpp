#include "records/search/filter.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace mooring::records::search {
namespace {

std::string Read(Kind kind, std::string_view filter) {
  const auto clauses = ParseFilter(kind, filter);
  return clauses.ok() ? ToText(*clauses) : "! " + clauses.error().message();
}

struct Row {
  std::string_view filter, read;
};

// Filters and outcomes as MLflow's own tests of its grammar have them (tests/utils of 3.x).
TEST(ParseFilter, ReadsFiltersOfRuns) {
  const Row rows[] = {
      {"", ""},
      {"  \n", ""},
      {"metric.acc >= 0.94", "metrics.`acc` >= 0.94"},
      {"metric.acc>=100", "metrics.`acc` >= 100"},
      {"params.m!='tf'", "params.`m` != 'tf'"},
      {"params.\"m\"!=\"tf\"", "params.`m` != 'tf'"},
      {"metric.\"legit name\" >= 0.243", "metrics.`legit name` >= 0.243"},
      {"metrics.\"X//Y#$$@&Z\" = 3", "metrics.`X//Y#$$@&Z` = 3"},
      {"metrics.rmse < 1 and params.model_class = 'LR'",
       "metrics.`rmse` < 1 AND params.`model_class` = 'LR'"},
      {"`metric`.a >= 0.1", "metrics.`a` >= 0.1"},
      {"metrics.\"accuracy.2.0\" > 5", "metrics.`accuracy.2.0` > 5"},
      {"metrics.a.b > -.5e1", "metrics.`a.b` > -5"},
      {"metrics.`spacey name` > 5", "metrics.`spacey name` > 5"},
      {"params.m = \"L'Hosp\"", "params.`m` = 'L''Hosp'"},
      {"params.m = 'it''s'", "params.`m` = 'it''s'"},
      {"tags.mlflow.parentRunId ilike '%x_'", "tags.`mlflow.parentRunId` ILIKE '%x_'"},
      {"run.status = 'RUNNING'", "status = 'RUNNING'"},
      {"attr.created > 5 AND Created < 9", "start_time > 5 AND start_time < 9"},
      {"`run name` = 'a' AND attributes.\"Run Name\" LIKE 'b%'",
       "run_name = 'a' AND run_name LIKE 'b%'"},
      {"run_id IN ('a', \"B\")", "run_id IN ('a', 'B')"},
      {"attribute.run_id not in('a')", "run_id NOT IN ('a')"},
      {"dataset.name = 'd' AND datasets.context IN ('train')",
       "datasets.`name` = 'd' AND datasets.`context` IN ('train')"},
      {"tags.version IS NULL", "tags.`version` IS NULL"},
      {"params.lr is not null", "params.`lr` IS NOT NULL"},
      {"tags.a IS NULL AND params.b = 'val'", "tags.`a` IS NULL AND params.`b` = 'val'"},
      {"metrics.a > 1e999", "metrics.`a` > inf"},
  };
  for (const Row& row : rows) EXPECT_EQ(Read(Kind::kRuns, row.filter), row.read) << row.filter;
}

// From the recorded exchanges and from MLflow's tests.
TEST(ParseFilter, RefusesWithTheTextsThatClientsKnow) {
  const Row rows[] = {
      {"metrics.b > 'x'", "! Expected numeric value type for metric. Found 'x'"},
      {"params.p = 1",
       "! Expected a quoted string value for parameter (e.g. 'my-value'). Got value 1"},
      {"metrics.b >", "! Invalid clause(s) in filter string: 'metrics.b', '>'"},
      {"a.b.c = 1",
       "! Invalid entity type 'a'. Valid values are ['metric', 'parameter', 'tag', 'attribute', "
       "'dataset']"},
      {"params.p = '1' OR params.p = '2'", "! Invalid clause(s) in filter string: 'OR'"},
      {"metric.acc >= 0.94; metrics.rmse < 1",
       "! Search filter contained multiple expression 'metric.acc >= 0.94; metrics.rmse < 1'. "
       "Provide AND-ed expression list."},
      {"metrics.A > 0.1 NAND params.B = 'LR'",
       "! Invalid clause(s) in filter string: 'metrics.A > 0.1 NAND'"},
      {"metrics.A > 0.1 AND (params.B = 'LR')",
       "! Invalid clause(s) in filter string: '(params.B = 'LR')'"},
      {"`metrics.A > 0.1", "! Invalid clause(s) in filter string: '`'"},
      {"params.acc = 'LR", "! Invalid clause(s) in filter string: 'params.acc', '=', ''', 'LR'"},
      {"tags.acc = = 'LR'", "! Invalid clause(s) in filter string: 'tags.acc', '=', '=', ''LR''"},
      {"attribute.status IS 'RUNNING'",
       "! Invalid clause(s) in filter string: 'attribute.status', 'IS', ''RUNNING''"},
      {"attribute.status = true",
       "! Invalid clause(s) in filter string: 'attribute.status', '=', 'true'"},
      {"params.acc LR !=", "! Invalid clause(s) in filter string: 'params.acc LR', '!='"},
      {"acc >= 0.94",
       "! Invalid attribute key 'acc' specified. Valid keys are '{'status', 'created', "
       "'artifact_uri', 'start_time', 'run_id', 'end_time', 'run_name', 'user_id', 'Created', 'run "
       "name', 'Run name', 'Run Name'}'"},
      {"dataset.profile = 'x'",
       "! Invalid dataset key 'profile' specified. Valid keys are '{'name', 'digest', "
       "'context'}'"},
      {"metrics.acc IS NULL",
       "! IS NULL / IS NOT NULL is only supported for tags and params, not for 'metric' 'acc'"},
      {"1=1", "! Invalid comparison clause. Expected 'Identifier' found '1'"},
      {"1.0 > metrics.acc", "! Invalid comparison clause. Expected 'Identifier' found '1.0'"},
      {"params.acc = LR",
       "! Parameter value is either not quoted or unidentified quote types used for string value "
       "LR. Use either single or double quotes."},
  };
  for (const Row& row : rows) EXPECT_EQ(Read(Kind::kRuns, row.filter), row.read) << row.filter;
}

TEST(ParseFilter, ReadsAndRefusesFiltersOfExperiments) {
  const Row rows[] = {
      {"name LIKE 'a%' AND tags.k = 'v'", "name LIKE 'a%' AND tags.`k` = 'v'"},
      {"attribute.creation_time > 5 AND last_update_time != 6",
       "creation_time > 5 AND last_update_time != 6"},
      {"tag.k IS NOT NULL", "tags.`k` IS NOT NULL"},
      {"bad syntax here", "! Invalid clause(s) in filter string: bad syntax, here"},
      {"experiment_id = '1'",
       "! Invalid attribute key 'experiment_id' specified. Valid keys are '{'name', "
       "'creation_time', 'last_update_time'}'"},
      {"metrics.a > 1",
       "! Invalid entity type 'metrics'. Valid entity types are ('attribute', 'tag', 'tags')"},
      {"name > 'a'", "! Invalid comparator for string attribute: >"},
      {"creation_time LIKE 5", "! Invalid comparator for numeric attribute: LIKE"},
      {"tags.k < 'a'", "! Invalid comparator for tag: <"},
      {"name IS NULL",
       "! IS NULL / IS NOT NULL is only supported for tags, not for attribute 'name'"},
      {"creation_time = 'x'",
       "! Expected numeric value type for numeric attribute: creation_time. Found 'x'"},
      {"name IN ('a')",
       "! Only the 'run_id' attribute supports comparison with a list of quoted string values."},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Read(Kind::kExperiments, row.filter), row.read) << row.filter;
  }
}

TEST(ParseFilter, ReadsAndRefusesFiltersOfLoggedModels) {
  const Row rows[] = {
      {"name = 'model'", "name = 'model'"},
      {"params.lr = 0.01 AND name = model", "params.`lr` = '0.01' AND name = 'model'"},
      {"metrics.loss > 0.1 and tags.`a b` LIKE \"x%\"",
       "metrics.`loss` > 0.1 AND tags.`a b` LIKE 'x%'"},
      {"attributes.creation_timestamp_ms > 5 AND last_updated_time < 6",
       "creation_timestamp > 5 AND last_updated_timestamp < 6"},
      {"model_id IN ('m-1', 'm-2')", "model_id IN ('m-1', 'm-2')"},
      {"zz",
       "! Invalid filter string: 'zz'. Expected a list of comparisons separated by 'AND' (e.g. "
       "'metrics.loss > 0.1 AND params.lr = 0.01')."},
      {"a.b = 1",
       "! Invalid entity type: 'a'. Expected one of ['attributes', 'metrics', 'params', 'tags']."},
      {"params.a > 'x'",
       "! Invalid comparison operator for params.a: '>'. Expected one of ('=', '!=', 'LIKE', "
       "'ILIKE')."},
      {"name = 'a'; name = 'b'",
       "! Invalid filter string: \"name = 'a'; name = 'b'\". Expected a single SQL expression."},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Read(Kind::kLoggedModels, row.filter), row.read) << row.filter;
  }
}

constexpr std::string_view kHidden = "tags.`mlflow.prompt.is_prompt` != 'true'";

TEST(ParseFilter, ReadsAndRefusesFiltersOfTheRegistryAndHidesPrompts) {
  const std::string hidden(kHidden);
  EXPECT_EQ(Read(Kind::kRegisteredModels, ""), hidden);
  EXPECT_EQ(Read(Kind::kRegisteredModels, "tag.`mlflow.prompt.is_prompt` != 'true'"), hidden);
  EXPECT_EQ(Read(Kind::kRegisteredModels, "tags.mlflow.prompt.is_prompt = 'true'"),
            "tags.`mlflow.prompt.is_prompt` = 'true'");
  EXPECT_EQ(Read(Kind::kRegisteredModels, "name ILIKE 'm%'"), "name ILIKE 'm%' AND " + hidden);
  EXPECT_EQ(Read(Kind::kRegisteredModels, "bad x"), "! Invalid clause(s) in filter string: bad x");
  EXPECT_EQ(Read(Kind::kRegisteredModels, "name > 'a'"), "! Invalid comparator for attribute: >");
  EXPECT_EQ(Read(Kind::kRegisteredModels, "name = 5"),
            "! Expected a quoted string value or a list of quoted string values for attributes. "
            "Got value 5");
  EXPECT_EQ(Read(Kind::kModelVersions, "name='gm'"), "name = 'gm' AND " + hidden);
  EXPECT_EQ(Read(Kind::kModelVersions, "version_number > 3 AND run_id IN ('r')"),
            "version_number > 3 AND run_id IN ('r') AND " + hidden);
  EXPECT_EQ(Read(Kind::kModelVersions, "bad"), "! Invalid clause(s) in filter string: bad");
  EXPECT_EQ(Read(Kind::kModelVersions, "version_number LIKE '1'"),
            "! Expected numeric value type for numeric attribute: version_number. Found '1'");
  EXPECT_EQ(Read(Kind::kModelVersions, "version_number LIKE 1"),
            "! Invalid comparator for attribute version_number: LIKE");
  EXPECT_EQ(Read(Kind::kModelVersions, "run_id NOT IN ('r')"),
            "! Invalid comparator for attribute: NOT IN");
  EXPECT_EQ(Read(Kind::kModelVersions, "name IN ('r')"),
            "! Only the 'run_id' attribute supports comparison with a list of quoted string "
            "values.");
}

TEST(ParseFilter, HoldsItsLimits) {
  std::string clause = "metrics.a > 1", filter = clause;
  for (std::size_t i = 1; i < limits::kSearchClauses; ++i) filter += " AND " + clause;
  EXPECT_TRUE(ParseFilter(Kind::kRuns, filter).ok());
  EXPECT_FALSE(ParseFilter(Kind::kRuns, filter + " AND " + clause).ok());
  EXPECT_FALSE(ParseFilter(Kind::kRuns, std::string(limits::kSearchFilterBytes + 1, ' ')).ok());
  EXPECT_TRUE(ParseFilter(Kind::kRuns, std::string(limits::kSearchFilterBytes, ' ')).ok());
}

}  // namespace
}  // namespace mooring::records::search
