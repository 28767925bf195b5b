// ParseFilter: reads the filter of a search, "metrics.auc > 0.9 AND tags.owner = 'eve'".
//
//   ASSIGN_OR_RETURN(const std::vector<Clause> clauses, ParseFilter(Kind::kRuns, request.filter));
//
// Grammar, MLflow's: clauses that AND joins; no OR, no parentheses but for lists.
//   clause     = identifier comparator value | identifier [NOT] IN ('a', 'b') |
//                identifier IS [NOT] NULL            (runs: tags and params; experiments: tags)
//   identifier = [entity "."] key                    (vocabulary.h)
//   value      = number | 'text' | "text"            (a doubled quote inside stands for one)
// What each entity takes: metrics and times numbers and = != > >= < <=; all else texts and
// = != LIKE ILIKE; lists for run_id, a dataset's keys and any text attribute of a logged model.
// Values of logged models' texts may stand without quotes, as MLflow allows.
//
// A search of registered models or versions that does not speak of the tag mlflow.prompt.is_prompt
// gets the clause that it is not 'true', as MLflow hides prompts; match.h takes a missing one as
// 'false'.
//
// Failure: kInvalidArgument with MLflow's text, or one that names the limit (limits.h, kSearch…).
// Thread safety: pure. Complexity: linear.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "records/search/query.h"

namespace mooring::records::search {

inline constexpr std::string_view kPromptTag = "mlflow.prompt.is_prompt";

Result<std::vector<Clause>> ParseFilter(Kind kind, std::string_view filter);

// The clauses as a text that ParseFilter reads back as the same; keys are put in backticks.
std::string ToText(const std::vector<Clause>& clauses);

}  // namespace mooring::records::search
