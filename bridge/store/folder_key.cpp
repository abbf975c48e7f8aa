#include "bridge/store/folder_key.hpp"

namespace immp::bridge {

std::string folder_key(std::string_view path) {
    std::string key(path);
    for (char& letter : key)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return key;
}

}  // namespace immp::bridge
