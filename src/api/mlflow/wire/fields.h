// Fields: the members of one request of MLflow's protocol, whether they came in a query (GET) or in
// a JSON body (everything else), read by its rules. For all calls but log-batch, which reads its
// body without a tree (wire/batch_body.h).
//
//   ASSIGN_OR_RETURN(const Fields in, Fields::Of(call));
//   ASSIGN_OR_RETURN(const std::string name, in.Required("name"));
//   ASSIGN_OR_RETURN(const std::vector<KeyValue> tags, in.KeyValues("tags"));
//
// Rules: a body needs the content type application/json; one that is absent, or cannot be parsed,
// counts as {}; one that is a JSON text holding JSON is decoded twice; unknown members are passed
// over; null and absent are one; of a member that comes twice the last counts; an empty text that
// is required is missing; int64 are numbers or decimal texts; doubles are numbers, decimal texts,
// "NaN", "Infinity", "-Infinity" or Python's bare words; in a query a list repeats its key, and a
// bool is "true" or "false" in any case.
//
// Failure: kInvalidArgument in MLflow's words (errors.h), naming members of lists by their path.
// Thread safety: a value. Ownership: shares the parsed request; views live as long as any Fields of
// it. Limits: the server's of a body, limits::kJsonDepth of nesting.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "base/text/json.h"
#include "records/tracking/tracked.h"

namespace mooring::api::mlflow {

class Fields {
 public:
  static Result<Fields> Of(const Call& call) { return Of(*call.request); }
  static Result<Fields> Of(const Request& request);
  static Fields OfQuery(std::string_view query);
  static Fields OfBody(std::string_view body);

  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // "" when absent.
  Result<std::string> Text(std::string_view name) const;
  Result<std::string> Required(std::string_view name) const;
  // run_id, or run_uuid where there is no run_id.
  Result<std::string> RunId() const;
  Result<std::optional<std::int64_t>> Int(std::string_view name) const;
  Result<std::int64_t> RequiredInt(std::string_view name) const;
  Result<std::optional<double>> Number(std::string_view name) const;
  Result<double> RequiredNumber(std::string_view name) const;
  // Absent: false.
  Result<bool> Bool(std::string_view name) const;
  // Lists; absent ones are empty.
  Result<std::vector<std::string>> Texts(std::string_view name) const;
  Result<std::vector<Fields>> Objects(std::string_view name) const;
  // Absent: without members.
  Result<Fields> Object(std::string_view name) const;
  // An enumerator's name, or its number as text; "" for anything else, as MLflow passes over what
  // it does not know.
  std::string NameOrNumber(std::string_view name) const;
  // How many results a page may have, 1 to `most`; `otherwise` when nothing is said.
  Result<std::size_t> MaxResults(std::size_t otherwise, std::size_t most) const;
  // [{"key":…,"value":…}]; keys are required.
  Result<std::vector<records::KeyValue>> KeyValues(std::string_view name) const;

  // "tags[3].key"
  std::string PathOf(std::string_view name) const;
  // The value as JSON, for messages; "null" when absent.
  std::string Shown(std::string_view name) const;
  std::string_view TypeOf(std::string_view name) const;  // in Python's words

 private:
  Fields(std::shared_ptr<const Json> root, const Json* object, std::string path, bool query)
      : root_(std::move(root)), object_(object), path_(std::move(path)), query_(query) {}
  // Null when absent or null.
  const Json* Find(std::string_view name) const;
  const Json* FindOne(std::string_view name) const;
  Error Wrong(std::string_view name, const Json& value) const;

  std::shared_ptr<const Json> root_;
  const Json* object_;
  std::string path_;  // "tags[3]."; "" of the request itself
  bool query_;
};

// A body as a tree by the rules above: {} when it cannot be read. Duplicates: the last.
Json ReadLeniently(std::string_view body);
// The content type of a body: kInvalidArgument in MLflow's words.
Status CheckJsonType(const Request& request);

}  // namespace mooring::api::mlflow
