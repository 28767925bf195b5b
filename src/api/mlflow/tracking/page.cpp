#include "api/mlflow/tracking/page.h"

#include "api/mlflow/tracking/entities.h"

namespace mooring::api::mlflow {

Result<records::SearchRequest> ReadSearch(const Fields& in, std::string_view view,
                                          std::size_t max_results) {
  records::SearchRequest search;
  search.max_results = max_results;
  ASSIGN_OR_RETURN(search.filter, in.Text("filter"));
  ASSIGN_OR_RETURN(search.order_by, in.Texts("order_by"));
  ASSIGN_OR_RETURN(search.page_token, in.Text("page_token"));
  search.view = ParseViewType(in.NameOrNumber(view));
  return search;
}

}  // namespace mooring::api::mlflow
