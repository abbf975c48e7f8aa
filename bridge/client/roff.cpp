#include "bridge/client/roff.hpp"

namespace immp::bridge::client {

std::string roff_text(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        if (c == '\\' || c == '-') safe += '\\';
        safe += c == '\\' ? 'e' : c;
    }
    return safe.starts_with('.') || safe.starts_with('\'') ? "\\&" + safe : safe;
}

}  // namespace immp::bridge::client
