#include "model/formats/remote_protocol.h"

#include <cmath>

#include "model/json_text.h"

namespace mooring::model {
namespace {

std::string_view Datatype(data::Type type) {
  switch (type) {
    case data::Type::kInt32: return "INT32";
    case data::Type::kInt64:
    case data::Type::kTimestamp: return "INT64";
    case data::Type::kFloat32: return "FP32";
    case data::Type::kFloat64: return "FP64";
    case data::Type::kBool: return "BOOL";
    case data::Type::kString:
    case data::Type::kCategory: return "BYTES";
  }
  return "";
}

Status AppendSlot(const data::Batch& rows, std::size_t column, std::size_t row, std::string& out) {
  const data::Column& values = rows.column(column);
  const std::size_t begin = out.size();
  AppendJsonSlot(values, row, out);
  const bool is_text = values.type() == data::Type::kString ||
      values.type() == data::Type::kCategory;
  if (is_text || out[begin] != '"') return Ok();
  if (values.type() == data::Type::kFloat32 || values.type() == data::Type::kFloat64) {
    return Error(Code::kInvalidArgument, "'" + rows.schema().field(column).name + "' is infinite")
        .Why("JSON has no infinity to send to the remote scorer");
  }
  // Both protocols take whole numbers of 64 bits as numbers.
  out.erase(out.size() - 1);
  out.erase(begin, 1);
  return Ok();
}

Result<std::string> OpenInferenceBody(const RemoteScorer& scorer, const data::Batch& rows) {
  std::string body = "{\"inputs\":[";
  const data::Schema& inputs = *scorer.signature.inputs;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    body += i == 0 ? "{\"name\":" : ",{\"name\":";
    AppendJsonText(inputs.field(i).name, body);
    body += ",\"shape\":[" + std::to_string(rows.rows()) + "],\"datatype\":\"";
    body += Datatype(inputs.field(i).type);
    body += "\",\"data\":[";
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      if (row != 0) body += ',';
      RETURN_IF_ERROR(AppendSlot(rows, i, row, body));
    }
    body += "]}";
  }
  return body + "]}";
}

Result<std::string> MlflowBody(const RemoteScorer& scorer, const data::Batch& rows) {
  std::string body = "{\"dataframe_split\":{\"columns\":[";
  const data::Schema& inputs = *scorer.signature.inputs;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i != 0) body += ',';
    AppendJsonText(inputs.field(i).name, body);
  }
  body += "],\"data\":[";
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    body += row == 0 ? "[" : ",[";
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (i != 0) body += ',';
      RETURN_IF_ERROR(AppendSlot(rows, i, row, body));
    }
    body += ']';
  }
  return body + "]}}";
}

Error Broken(std::string what) {
  return Error(Code::kUnavailable, "the remote scorer's answer is broken: " + std::move(what));
}

// The scalars of a list, nested lists flattened, at most two levels.
Status Flatten(const Document& value, std::size_t depth, std::vector<Document>& out) {
  if (const auto* numbers = value.AsNumbers(); numbers != nullptr) {
    for (const double number : *numbers) out.emplace_back(Document::Value(number));
    return Ok();
  }
  const auto* list = value.AsList();
  if (list == nullptr) {
    out.push_back(value);
    return Ok();
  }
  if (depth == 2) return Broken("lists nested too deeply");
  for (const Document& element : *list) RETURN_IF_ERROR(Flatten(element, depth + 1, out));
  return Ok();
}

// Row-major values of one output into its columns from `first` on.
Status Spread(const std::vector<Document>& values, const Output& output, std::size_t first,
              data::Batch& predictions) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    data::Column& column = predictions.column(first + i % output.width);
    if (!AppendDocument(values[i], column).ok()) {
      return Broken("output '" + output.name + "' holds " + std::string(values[i].kind()));
    }
  }
  return Ok();
}

const Document* FindOutput(const Document& answer, const std::string& name) {
  const Document* outputs = answer.Find("outputs");
  const Document::List* list = outputs == nullptr ? nullptr : outputs->AsList();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const Document* found = (*list)[i].Find("name");
    if (found != nullptr && found->AsText() != nullptr && *found->AsText() == name)
        return &(*list)[i];
  }
  return nullptr;
}

Status ReadOpenInference(const RemoteScorer& scorer, const Document& answer, std::size_t rows,
                         data::Batch& predictions) {
  std::size_t first = 0;
  for (const Output& output : scorer.signature.outputs) {
    const Document* tensor = FindOutput(answer, output.name);
    const Document* data = tensor == nullptr ? nullptr : tensor->Find("data");
    const Document* type = tensor == nullptr ? nullptr : tensor->Find("datatype");
    if (data == nullptr) return Broken("no output '" + output.name + "'");
    if (type == nullptr || type->AsText() == nullptr || *type->AsText() != Datatype(output.type)) {
      return Broken("output '" + output.name + "' is not " + std::string(Datatype(output.type)));
    }
    std::vector<Document> values;
    RETURN_IF_ERROR(Flatten(*data, 0, values));
    if (values.size() != rows * output.width) {
      return Broken("output '" + output.name + "' has " + std::to_string(values.size()) +
                    " values, not " + std::to_string(rows * output.width));
    }
    RETURN_IF_ERROR(Spread(values, output, first, predictions));
    first += output.width;
  }
  return Ok();
}

// "predictions": one value a row, or one list or map a row.
Status ReadMlflow(const RemoteScorer& scorer, const Document& answer, std::size_t rows,
                  data::Batch& predictions) {
  const Document* list = answer.Find("predictions");
  if (list == nullptr) return Broken("no 'predictions'");
  const auto& outputs = scorer.signature.outputs;
  const auto* elements = list->AsList();
  const bool by_name = elements != nullptr && !elements->empty() &&
      (*elements)[0].AsMembers() != nullptr;
  if (!by_name) {
    std::vector<Document> values;
    RETURN_IF_ERROR(Flatten(*list, 0, values));
    const Output all{outputs[0].name, outputs[0].type, predictions.width()};
    if (values.size() != rows * all.width) {
      return Broken(std::to_string(values.size()) + " values, not " +
          std::to_string(rows * all.width));
    }
    return Spread(values, all, 0, predictions);
  }
  if (elements->size() != rows) return Broken("another number of rows");
  for (const Document& row : *elements) {
    for (std::size_t i = 0; i < predictions.width(); ++i) {
      const Document* value = row.Find(predictions.schema().field(i).name);
      if (value == nullptr || !AppendDocument(*value, predictions.column(i)).ok()) {
        return Broken("no fitting '" + predictions.schema().field(i).name + "'");
      }
    }
  }
  return Ok();
}

Status CheckStatus(const HttpAnswer& answer) {
  if (answer.status == 200) return Ok();
  const std::string text = "the remote scorer answered " + std::to_string(answer.status);
  const std::string why = answer.body.substr(0, 300);
  if (answer.status == 408 || answer.status == 504)
      return Error(Code::kDeadlineExceeded, text).Why(why);
  const bool refused = answer.status >= 400 && answer.status < 500 && answer.status != 429;
  return Error(refused ? Code::kInvalidArgument : Code::kUnavailable, text).Why(why);
}

}  // namespace

Result<HttpCall> MakeRemoteCall(const RemoteScorer& scorer, const data::Batch& rows) {
  HttpCall call;
  call.method = "POST";
  call.headers = {{"Content-Type", "application/json"}};
  call.timeout = std::chrono::milliseconds(scorer.timeout_ms);
  const bool mlflow = scorer.protocol == "mlflow";
  call.url = scorer.url + (mlflow ? "/invocations" : "/v2/models/" + scorer.model + "/infer");
  ASSIGN_OR_RETURN(call.body, mlflow ? MlflowBody(scorer, rows) : OpenInferenceBody(scorer, rows));
  return call;
}

Status ReadRemoteAnswer(const RemoteScorer& scorer, const HttpAnswer& answer, std::size_t rows,
                        data::Batch& predictions) {
  RETURN_IF_ERROR(CheckStatus(answer));
  auto document = ReadJson(answer.body, {.depth = 16});
  if (!document.ok()) return Broken(document.error().ToString());
  return scorer.protocol == "mlflow" ? ReadMlflow(scorer, *document, rows, predictions)
                                     : ReadOpenInference(scorer, *document, rows, predictions);
}

}  // namespace mooring::model
