// The parts of a message, or of sealed content, as a list; and one as JSON, without its body.
#pragma once

#include <string>
#include <vector>

#include "armor/json_line.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// Two parts of one name: refused wherever a list of parts comes from outside.
[[nodiscard]] bool has_doubled_name(const std::vector<Part>& parts);

/// `{"id":..,"type":..,"class":"content","length":..}`, the class of content parts alone
/// (docs/envelope.md, 3.1).
[[nodiscard]] std::string part_json(const Part& part);
/// Complaints are the reader's.
[[nodiscard]] Part read_part(armor::JsonReader& json);

}  // namespace immp::bridge
