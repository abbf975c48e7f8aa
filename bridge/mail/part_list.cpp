#include "bridge/mail/part_list.hpp"

#include <algorithm>
#include <string_view>

namespace immp::bridge {

bool has_doubled_name(const std::vector<Part>& parts) {
    std::vector<std::string_view> names;
    for (const Part& part : parts)
        names.push_back(part.id);
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) != names.end();
}

std::string part_json(const Part& part) {
    armor::JsonWriter json;
    json.text("id", part.id).text("type", part.type);
    if (part.part_class == PartClass::content) json.text("class", "content");
    return json.number("length", part.length).line();
}

Part read_part(armor::JsonReader& json) {
    Part part;
    part.id = json.text("id");
    part.type = json.text("type");
    part.length = json.number("length");
    if (!json.has("class")) return part;
    if (json.text("class") != "content") json.complain("class", "is unknown");
    part.part_class = PartClass::content;
    return part;
}

}  // namespace immp::bridge
