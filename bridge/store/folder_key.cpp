#include "bridge/store/folder_key.hpp"

#include "bridge/wire/prep.hpp"

namespace immp::bridge {

std::string folder_key(std::string_view path) {
    return caseless_key(path);
}

}  // namespace immp::bridge
