#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "records/search/filter.h"
#include "records/search/order.h"
#include "records/search/page_token.h"
#include "records/tracking/sqlite/experiments.h"
#include "records/tracking/sqlite/run_filter.h"
#include "records/tracking/sqlite/run_order.h"
#include "records/tracking/sqlite/run_page.h"
#include "records/tracking/sqlite/run_rows.h"
#include "records/tracking/sqlite/searches.h"

namespace mooring::records {
namespace {

using Runs = std::vector<std::int64_t>;

struct RunSearch {
  Session& session;
  const RunScope& scope;
  const PassingRuns& passing;
  std::span<const search::SortKey> order;

  Result<Runs> First(std::size_t count) const {
    return FirstRuns(session, scope, passing, order, count);
  }
};

// The numbers of the page that begins at `start`, and whether more follow. After a named run, as
// long as it is still about where it was; else by the offset.
struct Page {
  Runs runs;
  std::size_t offset = 0;
  bool more = false;
};

Result<Page> FindPage(const RunSearch& search, const search::PageStart& start,
                      std::size_t max_results) {
  Page page;
  page.offset = static_cast<std::size_t>(start.offset);
  ASSIGN_OR_RETURN(page.runs, search.First(page.offset + max_results + 1));
  if (!start.after.empty()) {
    const auto last = FindRun(search.session, start.after);
    const auto found = last.ok() ? std::ranges::find(page.runs, last->number) : page.runs.end();
    if (found != page.runs.end()) {
      const auto next = static_cast<std::size_t>(found - page.runs.begin()) + 1;
      if (next > page.offset) {
        ASSIGN_OR_RETURN(page.runs, search.First(next + max_results + 1));
      }
      page.offset = next;
    }
  }
  const std::size_t begin = std::min(page.offset, page.runs.size());
  page.more = page.runs.size() - begin > max_results;
  const std::size_t end = page.more ? begin + max_results : page.runs.size();
  page.runs = Runs(page.runs.begin() + static_cast<std::ptrdiff_t>(begin),
                   page.runs.begin() + static_cast<std::ptrdiff_t>(end));
  return page;
}

Result<RunScope> ScopeOf(Session& session, std::span<const std::string> experiment_ids,
                         ViewType view) {
  RunScope scope{.experiments = {}, .view = view};
  ASSIGN_OR_RETURN(Query find, session.Ask("SELECT 1 FROM experiments WHERE id = ?"));
  for (const std::string& id : experiment_ids) {
    const auto number = ExperimentNumber(id);
    if (!number) continue;
    RETURN_IF_ERROR(find->Start(*number));
    ASSIGN_OR_RETURN(const bool there, find->Step());
    if (there) scope.experiments.push_back(*number);
  }
  std::ranges::sort(scope.experiments);
  const auto twice = std::unique(scope.experiments.begin(), scope.experiments.end());
  scope.experiments.erase(twice, scope.experiments.end());
  return scope;
}

}  // namespace

Result<PageOf<Run>> SearchRunsIn(Session& session, std::span<const std::string> experiment_ids,
                                 const SearchRequest& request) {
  ASSIGN_OR_RETURN(const auto clauses, search::ParseFilter(search::Kind::kRuns, request.filter));
  ASSIGN_OR_RETURN(const auto order, search::ParseOrder(search::Kind::kRuns, request.order_by));
  ASSIGN_OR_RETURN(search::PageStart start, search::ReadToken(request.page_token));
  start.offset = std::min<std::uint64_t>(start.offset, limits::kSearchOffset);
  ASSIGN_OR_RETURN(const RunScope scope, ScopeOf(session, experiment_ids, request.view));
  PageOf<Run> found;
  if (scope.experiments.empty() || request.max_results == 0) return found;
  ASSIGN_OR_RETURN(const PassingRuns passing, FilterRuns(session, scope, clauses));
  ASSIGN_OR_RETURN(const Page page,
                   FindPage({session, scope, passing, order}, start, request.max_results));
  ASSIGN_OR_RETURN(found.items, ReadRuns(session, page.runs, limits::kSearchPageBytes));
  if (page.more || found.items.size() < page.runs.size()) {
    found.next_token = search::ToToken(
        {.offset = page.offset + found.items.size(), .after = found.items.back().info.id});
  }
  return found;
}

}  // namespace mooring::records
