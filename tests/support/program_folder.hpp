// A folder of programs for rules to ask: shell scripts that a test writes.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/stat.h>

namespace immp::test {

class ProgramFolder {
  public:
    explicit ProgramFolder(std::filesystem::path path) : path_(std::move(path)) {
        std::filesystem::create_directories(path_);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// A script that does `lines`; written whole before it can be run.
    void add(const std::string& name, const std::string& lines) const {
        const std::filesystem::path part = path_ / (name + ".part");
        std::ofstream(part) << "#!/bin/sh\n" << lines << "\n";
        ::chmod(part.c_str(), 0700);
        std::filesystem::rename(part, path_ / name);
    }
    /// What a script wrote beside itself; empty where it has not.
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(path_ / name).rdbuf();
        return text.str();
    }

  private:
    std::filesystem::path path_;
};

}  // namespace immp::test
