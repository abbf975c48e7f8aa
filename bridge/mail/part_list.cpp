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

}  // namespace immp::bridge
