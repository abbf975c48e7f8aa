// A folder that `immp watch` looks at: one watch of a session, and which messages were shown.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "bridge/client/conversation.hpp"
#include "bridge/client/mailbox.hpp"

namespace immp::bridge::client {

class WatchedFolder {
  public:
    /// Whether the folder is made where it is missing.
    enum class Missing { is_an_error, is_made };

    WatchedFolder(std::string path, std::string pipeline, Missing missing);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::string& pipeline() const { return pipeline_; }
    [[nodiscard]] bool is_made_where_missing() const { return missing_ == Missing::is_made; }

    /// MBOX WATCH in this session.
    [[nodiscard]] Outcome<void> begin(Conversation& conversation);
    /// Of the newest messages, those that came since the last call, oldest first; the first call of all only
    /// looks what is there. A push that came again, in the place of an earlier one, is new.
    [[nodiscard]] Outcome<std::vector<ListedMessage>> news(Conversation& conversation);

  private:
    std::string path_;
    std::string pipeline_;
    Missing missing_;
    std::set<std::string> known_;  ///< ids and dates
    bool is_first_ = true;
};

}  // namespace immp::bridge::client
