#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "base/limits.h"
#include "records/search/filter.h"
#include "records/search/match.h"
#include "records/search/order.h"
#include "records/search/page_token.h"
#include "records/tracking/sqlite/experiments.h"
#include "records/tracking/sqlite/logged_models.h"
#include "records/tracking/sqlite/searches.h"

namespace mooring::records {
namespace {

using search::Entity;
using search::Field;
using search::SortKey;
using Datasets = std::vector<std::pair<std::string, std::string>>;  // name; digest or ""

constexpr std::string_view kColumns =
    "id, model_id, name, model_type, source_run_id, status, created_ms, updated_ms, experiment";

std::string_view NameOf(LoggedModelStatus status) {
  switch (status) {
    case LoggedModelStatus::kPending: return "LOGGED_MODEL_PENDING";
    case LoggedModelStatus::kReady: return "LOGGED_MODEL_READY";
    case LoggedModelStatus::kUploadFailed: return "LOGGED_MODEL_UPLOAD_FAILED";
  }
  return "";
}

bool IsOneOf(const Datasets& datasets, std::string_view name, std::string_view digest) {
  return std::ranges::any_of(datasets, [&](const auto& dataset) {
    return dataset.first == name && (dataset.second.empty() || dataset.second == digest);
  });
}

// A row of logged_models; what stands in other tables is read when a search asks for it. Texts that
// it gave live as long as it does. A search cannot fail in the middle: `status` keeps what went
// wrong.
class ModelView final : public search::Record {
 public:
  ModelView(Session& session, const Datasets& datasets, Status& status, const data::Statement& row)
      : session_(session), datasets_(datasets), status_(status), number_(row.Int(0)) {
    for (int column = 1; column <= 4; ++column) texts_[column - 1] = row.String(column);
    state_ = static_cast<LoggedModelStatus>(row.Int(5));
    created_ = static_cast<double>(row.Int(6));
    updated_ = static_cast<double>(row.Int(7));
    experiment_ = row.Int(8);
    experiment_id_ = std::to_string(experiment_);
  }
  std::int64_t number() const { return number_; }

  void Values(Entity entity, std::string_view key, std::vector<Field>& values) const override {
    if (entity == Entity::kAttribute) return values.push_back(Attribute(key));
    if (entity == Entity::kMetric) {
      EachMetric(key, [&](const data::Statement& row) {
        if (datasets_.empty() || IsOneOf(datasets_, row.Text(1), row.Text(2))) {
          values.push_back(Field::Of(ValueOf(row, 0)));
        }
      });
      return;
    }
    Each(entity == Entity::kParam
             ? "SELECT value FROM logged_model_params WHERE model = ? AND key = ?"
             : "SELECT value FROM logged_model_tags WHERE model = ? AND key = ?",
         key, [&](const data::Statement& row) {
           kept_.push_back(std::make_unique<std::string>(row.String(0)));
           values.push_back(Field::Of(std::string_view(*kept_.back())));
         });
  }

  // Of a metric on several datasets the newest.
  Field SortValue(const SortKey& key) const override {
    if (key.entity != Entity::kMetric) return Record::SortValue(key);
    Field newest;
    std::pair<std::int64_t, std::int64_t> at{std::numeric_limits<std::int64_t>::min(), 0};
    EachMetric(key.key, [&](const data::Statement& row) {
      const bool named = key.dataset_name.empty() || key.dataset_name == row.Text(1);
      const bool digest = key.dataset_digest.empty() || key.dataset_digest == row.Text(2);
      const std::pair when(row.Int(3), row.Int(4));
      if (!named || !digest || when < at) return;
      at = when;
      newest = Field::Of(ValueOf(row, 0));
    });
    return newest;
  }

  // Whether it has a metric on one of the datasets that the search names.
  bool WasMeasured() const {
    bool measured = false;
    Ask(
        "SELECT dataset_name, dataset_digest FROM logged_model_metrics WHERE model = ?",
        [&](const data::Statement& row) {
          measured = measured || IsOneOf(datasets_, row.Text(0), row.Text(1));
        },
        number_);
    return measured;
  }

 private:
  Field Attribute(std::string_view key) const {
    if (key == "creation_timestamp") return Field::Of(created_);
    if (key == "last_updated_timestamp") return Field::Of(updated_);
    if (key == "status") return Field::Of(NameOf(state_));
    if (key == "experiment_id") return Field::Of(std::string_view(experiment_id_));
    return Field::Of(std::string_view(texts_[key == "model_id"     ? 0
                                             : key == "name"       ? 1
                                             : key == "model_type" ? 2
                                                                   : 3]));
  }

  template <typename Use>
  void EachMetric(std::string_view key, const Use& use) const {
    Each(
        "SELECT value, dataset_name, dataset_digest, timestamp, step FROM logged_model_metrics "
        "WHERE model = ? AND key = ?",
        key, use);
  }
  template <typename Use>
  void Each(std::string_view sql, std::string_view key, const Use& use) const {
    const auto id = session_.FindKey(experiment_, key);
    if (!id.ok()) {
      status_ = id.error();
    } else if (*id) {
      Ask(sql, use, number_, **id);
    }
  }
  template <typename Use, typename... Values>
  void Ask(std::string_view sql, const Use& use, const Values&... values) const {
    const auto walk = [&]() -> Status {
      ASSIGN_OR_RETURN(Query query, session_.Ask(sql));
      RETURN_IF_ERROR(query->Start(values...));
      while (true) {
        ASSIGN_OR_RETURN(const bool more, query->Step());
        if (!more) return Ok();
        use(*query);
      }
    };
    if (Status walked = walk(); !walked.ok()) status_ = std::move(walked);
  }

  Session& session_;
  const Datasets& datasets_;
  Status& status_;
  std::int64_t number_, experiment_ = 0;
  std::string texts_[4];  // model_id, name, model_type, source_run_id
  std::string experiment_id_;
  LoggedModelStatus state_ = LoggedModelStatus::kPending;
  double created_ = 0, updated_ = 0;
  mutable std::vector<std::unique_ptr<std::string>> kept_;
};

using Views = std::vector<std::unique_ptr<ModelView>>;

struct ModelSearch {
  Session& session;
  const LoggedModelSearch& asked;
  const std::vector<search::Clause>& clauses;
  std::size_t enough;  // the newest of one experiment will do
  Status& status;

  // The active models of an experiment that pass, the newest first.
  Status Find(std::int64_t experiment, Views& found) const {
    const search::Matcher matcher(clauses);
    const bool measures = std::ranges::any_of(
        clauses, [](const auto& clause) { return clause.entity == Entity::kMetric; });
    ASSIGN_OR_RETURN(
        Query walk, session.Ask(fmt::format("SELECT {} FROM logged_models WHERE experiment = ? AND "
                                            "stage = 0 ORDER BY created_ms DESC, model_id",
                                            kColumns)));
    RETURN_IF_ERROR(walk->Start(experiment));
    while (found.size() < enough) {
      ASSIGN_OR_RETURN(const bool more, walk->Step());
      if (!more) break;
      auto view = std::make_unique<ModelView>(session, asked.datasets, status, *walk);
      const bool of_datasets = asked.datasets.empty() || measures || view->WasMeasured();
      if (of_datasets && matcher.Matches(*view)) found.push_back(std::move(view));
      RETURN_IF_ERROR(status);
    }
    return Ok();
  }
};

}  // namespace

Result<PageOf<LoggedModel>> SearchLoggedModelsIn(Session& session, const LoggedModelSearch& asked) {
  ASSIGN_OR_RETURN(const auto clauses,
                   search::ParseFilter(search::Kind::kLoggedModels, asked.filter));
  std::vector<SortKey> order;
  for (const LoggedModelOrder& item : asked.order_by) {
    ASSIGN_OR_RETURN(SortKey key,
                     search::ReadLoggedModelOrder(item.field, item.ascending, item.dataset_name,
                                                  item.dataset_digest));
    order.push_back(std::move(key));
  }
  if (order.size() > limits::kSearchOrders) {
    return Error(Code::kInvalidArgument,
                 fmt::format("Invalid order_by: it has more than {} items", limits::kSearchOrders));
  }
  search::CompleteOrder(search::Kind::kLoggedModels, order);
  ASSIGN_OR_RETURN(auto start, search::ReadToken(asked.page_token));
  start.offset = std::min<std::uint64_t>(start.offset, limits::kSearchOffset);
  const bool newest = asked.order_by.empty() && asked.experiment_ids.size() == 1;
  Status status;
  const ModelSearch search{session, asked, clauses,
                           newest ? static_cast<std::size_t>(start.offset) + asked.max_results + 1
                                  : std::numeric_limits<std::size_t>::max(),
                           status};
  Views views;
  std::vector<std::string> ids = asked.experiment_ids;
  std::ranges::sort(ids);
  const auto twice = std::unique(ids.begin(), ids.end());
  ids.erase(twice, ids.end());
  for (const std::string& id : ids) {
    if (const auto number = ExperimentNumber(id)) RETURN_IF_ERROR(search.Find(*number, views));
  }
  if (!newest) {
    std::ranges::sort(
        views, [&](const auto& a, const auto& b) { return search::ComesBefore(order, *a, *b); });
    RETURN_IF_ERROR(status);
  }
  PageOf<LoggedModel> page;
  page.next_token = search::CutPage(views, start.offset, asked.max_results);
  for (const auto& view : views) {
    ASSIGN_OR_RETURN(LoggedModel model, ReadLoggedModelRow(session, view->number()));
    page.items.push_back(std::move(model));
  }
  return page;
}

}  // namespace mooring::records
