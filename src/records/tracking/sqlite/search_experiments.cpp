#include <algorithm>
#include <utility>

#include "records/search/filter.h"
#include "records/search/match.h"
#include "records/search/order.h"
#include "records/search/page_token.h"
#include "records/tracking/sqlite/experiments.h"
#include "records/tracking/sqlite/searches.h"

namespace mooring::records {
namespace {

using search::Entity;
using search::Field;

class ExperimentView final : public search::Record {
 public:
  explicit ExperimentView(const Experiment& experiment) : experiment_(experiment) {}

  void Values(Entity entity, std::string_view key, std::vector<Field>& values) const override {
    if (entity == Entity::kTag) {
      for (const KeyValue& tag : experiment_.tags) {
        if (tag.key == key) values.push_back(Field::Of(std::string_view(tag.value)));
      }
    } else if (key == "name") {
      values.push_back(Field::Of(std::string_view(experiment_.name)));
    } else if (key == "creation_time") {
      values.push_back(Field::Of(static_cast<double>(experiment_.created)));
    } else if (key == "last_update_time") {
      values.push_back(Field::Of(static_cast<double>(experiment_.updated)));
    } else if (key == "experiment_id") {  // a number, and ordered as one
      const auto number = ExperimentNumber(experiment_.id);
      values.push_back(Field::Of(static_cast<double>(number.value_or(0))));
    }
  }

 private:
  const Experiment& experiment_;
};

bool Shows(ViewType view, bool deleted) {
  return view == ViewType::kAll || deleted == (view == ViewType::kDeletedOnly);
}

}  // namespace

Result<PageOf<Experiment>> SearchExperimentsIn(Session& session, const SearchRequest& request) {
  constexpr auto kKind = search::Kind::kExperiments;
  ASSIGN_OR_RETURN(const auto clauses, search::ParseFilter(kKind, request.filter));
  ASSIGN_OR_RETURN(const auto order, search::ParseOrder(kKind, request.order_by));
  ASSIGN_OR_RETURN(const auto start, search::ReadToken(request.page_token));
  const search::Matcher matcher(clauses);
  PageOf<Experiment> found;
  ASSIGN_OR_RETURN(Query walk, session.Ask("SELECT id, stage FROM experiments"));
  RETURN_IF_ERROR(walk->Start());
  while (true) {
    ASSIGN_OR_RETURN(const bool more, walk->Step());
    if (!more) break;
    if (!Shows(request.view, walk->Int(1) != 0)) continue;
    ASSIGN_OR_RETURN(Experiment experiment, ReadExperimentRow(session, walk->Int(0)));
    if (matcher.Matches(ExperimentView(experiment))) found.items.push_back(std::move(experiment));
  }
  std::ranges::sort(found.items, [&](const Experiment& a, const Experiment& b) {
    return search::ComesBefore(order, ExperimentView(a), ExperimentView(b));
  });
  found.next_token = search::CutPage(found.items, start.offset, request.max_results);
  return found;
}

}  // namespace mooring::records
