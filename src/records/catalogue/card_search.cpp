#include "records/catalogue/card_search.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "records/catalogue/card_rows.h"
#include "records/search/filter.h"
#include "records/search/match.h"
#include "records/search/order.h"
#include "records/search/page_token.h"

namespace mooring::records {
namespace {

using data::Database;
using search::Entity;
using search::Field;

void TagValues(const std::vector<KeyValue>& tags, std::string_view key,
               std::vector<Field>& values) {
  for (const KeyValue& tag : tags) {
    if (tag.key == key) values.push_back(Field::Of(std::string_view(tag.value)));
  }
}

Field NumberOf(Millis value) { return Field::Of(static_cast<double>(value)); }

class ModelRecordView final : public search::Record {
 public:
  explicit ModelRecordView(const RegisteredModel& model) : model_(model) {}
  void Values(Entity entity, std::string_view key, std::vector<Field>& values) const override {
    if (entity == Entity::kTag) return TagValues(model_.tags, key, values);
    if (key == "name") values.push_back(Field::Of(std::string_view(model_.name)));
    if (key == "last_updated_timestamp") values.push_back(NumberOf(model_.updated));
  }

 private:
  const RegisteredModel& model_;
};

class VersionRecordView final : public search::Record {
 public:
  explicit VersionRecordView(const ModelVersion& version) : version_(version) {}
  void Values(Entity entity, std::string_view key, std::vector<Field>& values) const override {
    if (entity == Entity::kTag) return TagValues(version_.tags, key, values);
    if (key == "name") values.push_back(Field::Of(std::string_view(version_.model)));
    if (key == "run_id") values.push_back(Field::Of(std::string_view(version_.run_id)));
    if (key == "source_path") values.push_back(Field::Of(std::string_view(version_.source)));
    if (key == "version_number") values.push_back(NumberOf(version_.number));
    if (key == "creation_timestamp") values.push_back(NumberOf(version_.created));
    if (key == "last_updated_timestamp") values.push_back(NumberOf(version_.updated));
  }

 private:
  const ModelVersion& version_;
};

// The one model that a filter asks for by name, "" when it asks for more.
std::string OnlyName(const std::vector<search::Clause>& clauses) {
  for (const search::Clause& clause : clauses) {
    if (clause.entity == Entity::kAttribute && clause.key == "name" &&
        clause.comparator == search::Comparator::kEqual) {
      return clause.text;
    }
  }
  return "";
}

// A search that was read.
struct Question {
  std::vector<search::Clause> clauses;
  std::vector<search::SortKey> order;
  search::PageStart start;
};

Result<Question> Read(search::Kind kind, const SearchRequest& request) {
  Question question;
  ASSIGN_OR_RETURN(question.clauses, search::ParseFilter(kind, request.filter));
  ASSIGN_OR_RETURN(question.order, search::ParseOrder(kind, request.order_by));
  ASSIGN_OR_RETURN(question.start, search::ReadToken(request.page_token));
  return question;
}

// What of `items` matches and is seen, sorted and cut.
template <typename View, typename T, typename NameOf>
PageOf<T> Answer(const Question& question, const CardSearch& search, std::vector<T> items,
                 const NameOf& name_of) {
  const search::Matcher matcher(question.clauses);
  std::erase_if(items, [&](const T& item) {
    return (search.sees && !search.sees(name_of(item))) || !matcher.Matches(View(item));
  });
  std::ranges::stable_sort(items, [&](const T& a, const T& b) {
    return search::ComesBefore(question.order, View(a), View(b));
  });
  PageOf<T> page;
  page.next_token = search::CutPage(items, question.start.offset, search.request.max_results);
  page.items = std::move(items);
  return page;
}

}  // namespace

Result<PageOf<RegisteredModel>> SearchModelCards(Database& db, const CardSearch& search) {
  ASSIGN_OR_RETURN(const Question question, Read(search::Kind::kRegisteredModels, search.request));
  ASSIGN_OR_RETURN(std::vector<RegisteredModel> models,
                   ReadTaggedModels(db, OnlyName(question.clauses)));
  PageOf<RegisteredModel> page = Answer<ModelRecordView>(
      question, search, std::move(models),
      [](const RegisteredModel& model) -> std::string_view { return model.name; });
  for (RegisteredModel& model : page.items) {
    ASSIGN_OR_RETURN(model, ReadModelCard(db, model.name));
  }
  return page;
}

Result<PageOf<ModelVersion>> SearchVersionCards(Database& db, const CardSearch& search) {
  ASSIGN_OR_RETURN(const Question question, Read(search::Kind::kModelVersions, search.request));
  ASSIGN_OR_RETURN(std::vector<ModelVersion> versions,
                   ReadTaggedVersions(db, OnlyName(question.clauses)));
  PageOf<ModelVersion> page = Answer<VersionRecordView>(
      question, search, std::move(versions),
      [](const ModelVersion& version) -> std::string_view { return version.model; });
  RETURN_IF_ERROR(AddAliases(db, page.items));
  return page;
}

}  // namespace mooring::records
