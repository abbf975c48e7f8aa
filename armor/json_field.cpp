#include "armor/json_field.hpp"

#include "armor/line_cursor.hpp"
#include "armor/time_text.hpp"

namespace immp::armor {

Digest read_digest(JsonReader& json, std::string_view key) {
    const auto digest = parse_digest(json.text(key));
    if (!digest) json.complain(key, "is no digest");
    return digest.value_or(Digest{});
}

std::chrono::sys_seconds read_time(JsonReader& json, std::string_view key) {
    const auto time = parse_time(json.text(key));
    if (!time) json.complain(key, "is no time");
    return time.value_or(std::chrono::sys_seconds{});
}

}  // namespace immp::armor
