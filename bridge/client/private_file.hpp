// A text file of secrets, 0600, replaced as a whole, so that a crash leaves the old or the new one.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "armor/secret.hpp"
#include "bridge/client/failure.hpp"

namespace immp::bridge::client {

class PrivateFile {
  public:
    /// `mend` ends the line about a file that is not to be used: "log in again".
    PrivateFile(std::filesystem::path folder, std::string_view name, std::string_view mend);

    /// Its text; empty where there is none yet. ExitStatus::configuration for one that others may read.
    [[nodiscard]] Outcome<armor::SecretText> read() const;
    /// `key value` lines in order, without empty ones and comments; ExitStatus::configuration names the line
    /// that `take` did not understand.
    using Take = std::function<bool(std::string_view key, std::string_view value)>;
    [[nodiscard]] Outcome<void> read_fields(const Take& take) const;

    /// Keeps two programs at once from losing each other's change, for as long as it lives.
    class Lock {
      public:
        virtual ~Lock() = default;
    };
    [[nodiscard]] Outcome<std::unique_ptr<Lock>> lock() const;
    /// Under a lock. On return it is on the disk; ExitStatus::cannot_create otherwise.
    [[nodiscard]] Outcome<void> replace(std::string_view text) const;

  private:
    [[nodiscard]] std::filesystem::path file() const { return folder_ / name_; }

    std::filesystem::path folder_;
    std::string name_;
    std::string mend_;
};

}  // namespace immp::bridge::client
