// A list in the JSON that JsonWriter::json() takes.
#pragma once

#include <string>

namespace immp::armor {

/// `[a,b]`, where `to_json` gives the JSON of one value.
template <class Values, class ToJson>
[[nodiscard]] std::string json_list(const Values& values, ToJson to_json) {
    std::string list = "[";
    for (const auto& value : values) {
        if (list.size() > 1) list += ',';
        list += to_json(value);
    }
    return list + "]";
}

}  // namespace immp::armor
