#include "api/mlflow/routes.h"

namespace mooring::api::mlflow {

std::span<const Route> TrackingRoutes() { return {}; }

}  // namespace mooring::api::mlflow
