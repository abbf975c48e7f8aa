#include "bridge/store/netstrings.hpp"

#include <charconv>

namespace immp::bridge {

std::string pack(const std::vector<std::string>& texts) {
    std::string packed;
    for (const std::string& text : texts)
        packed += std::to_string(text.size()) + ':' + text + ',';
    return packed;
}

std::vector<std::string> unpack(std::string_view packed) {
    std::vector<std::string> texts;
    while (!packed.empty()) {
        std::size_t length = 0;
        const char* end = packed.data() + packed.size();
        const auto [colon, error] = std::from_chars(packed.data(), end, length);
        const auto left = static_cast<std::size_t>(end - colon);
        if (error != std::errc{} || left < 2 || *colon != ':' || length > left - 2 ||
            colon[1 + length] != ',')
            break;
        texts.emplace_back(colon + 1, length);
        packed.remove_prefix(packed.size() - left + length + 2);
    }
    return texts;
}

}  // namespace immp::bridge
