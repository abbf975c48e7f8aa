// Reads a test vector: `key: value` lines, and parts of octets. tests/vectors/README.md has the format.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "armor/base64.hpp"
#include "armor/bytes.hpp"

namespace immp::tests {

struct VectorFile {
    std::string name;
    std::map<std::string, std::string> fields;
    std::vector<std::pair<std::string, std::string>> parts;  // name and octets, in order

    [[nodiscard]] const std::string& field(const std::string& key) const {
        const auto found = fields.find(key);
        if (found == fields.end()) throw std::runtime_error(name + ": no field " + key);
        return found->second;
    }
    [[nodiscard]] std::vector<ByteView> all(std::string_view part) const {
        std::vector<ByteView> found;
        for (const auto& [key, octets] : parts) {
            if (key == part) found.push_back(as_bytes(octets));
        }
        return found;
    }
    [[nodiscard]] ByteView one(std::string_view part) const {
        const auto found = all(part);
        if (found.size() != 1) throw std::runtime_error(name + ": not one part " + std::string(part));
        return found.front();
    }
};

inline VectorFile parse_vector(std::string name, const std::string& text) {
    VectorFile vector{std::move(name), {}, {}};
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.front() == '#') continue;
        const std::size_t colon = line.find(": ");
        const std::string key = line.substr(0, colon);
        const std::string value = colon == line.npos ? "" : line.substr(colon + 2);
        if (key == "part") {
            vector.parts.emplace_back(value, "");
        } else if (key == "line" || key == "line:") {
            vector.parts.back().second += value + "\n";
        } else if (key == "text") {
            vector.parts.back().second += value;
        } else if (key == "base64") {
            vector.parts.back().second += as_text(armor::decode_base64(value).value());
        } else {
            vector.fields[key] = value;
        }
    }
    return vector;
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The example of a page that is the text between "```vector NAME" and "```".
inline VectorFile page_example(const std::string& page, const std::string& name) {
    const std::string open = "```vector " + name + "\n";
    const std::size_t begin = page.find(open);
    if (begin == page.npos) throw std::runtime_error("the page has no example " + name);
    const std::size_t text = begin + open.size();
    return parse_vector(name, page.substr(text, page.find("\n```", text) + 1 - text));
}

/// Every vector of one folder, by name.
inline std::vector<VectorFile> read_vectors(const std::filesystem::path& folder) {
    std::vector<VectorFile> vectors;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".txt")
            vectors.push_back(parse_vector(entry.path().stem().string(), read_file(entry.path())));
    }
    return vectors;
}

}  // namespace immp::tests
