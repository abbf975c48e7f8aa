// A folder that `immp watch` looks at: one watch of a session, and which messages were shown.
#pragma once

#include <cstddef>
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
    /// Those that came since the last call, oldest first, also where the connection was lost meanwhile; the
    /// first call of all only looks what is there. A push that came again, in the place of an earlier one, is
    /// new. Of more than kMostNews the newest.
    [[nodiscard]] Outcome<std::vector<ListedMessage>> news(Conversation& conversation);

    static constexpr std::size_t kMostNews = 1'000;

  private:
    /// The newest, back to one that is known.
    [[nodiscard]] Outcome<Listing> look(Conversation& conversation) const;
    [[nodiscard]] bool is_known(const ListedMessage& message) const;
    void remember(const Listing& listing);

    std::string path_;
    std::string pipeline_;
    Missing missing_;
    /// Ids and dates of the newest that were seen, newest first, also of those that were removed since.
    std::vector<std::string> known_;
    std::string newest_date_;  ///< of the first of them
    bool knows_all_ = false;   ///< nothing lay there that is not among them
    bool is_first_ = true;
};

}  // namespace immp::bridge::client
