// The formats, one object each. format.cpp lists them in the order in which they are asked.
#pragma once

#include "model/format.h"

namespace mooring::model {

const Format& LightgbmFormat();
const Format& MlflowFormat();
const Format& OnnxFormat();
const Format& PythonFormat();
const Format& RemoteFormat();
const Format& XgboostFormat();

}  // namespace mooring::model
