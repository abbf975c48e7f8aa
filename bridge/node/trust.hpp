// Whose key records we believe: pinned on first use, followed by the rules of a pin (decisions, 4).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "armor/key_record.hpp"
#include "bridge/node/services.hpp"
#include "bridge/peer_link.hpp"

namespace immp::bridge {

/// A record is asked for again after this long, so that we never seal to a key about to be wiped.
inline constexpr std::chrono::hours kRecordFresh{24};

class Trust {
  public:
    /// `services` and `link` outlive it.
    Trust(const NodeServices& services, PeerLink& link) : services_(services), link_(link) {}

    using RecordDone = Callback<armor::Record>;

    /// The record to seal to. 412 (temporary) while the peer's key changed in a way the chain does not cover;
    /// 704, 720 when it could not be asked.
    void record_for(const std::string& domain, RecordDone done);
    /// The record with this fingerprint, for verifying what was signed under it: the pinned one, one that
    /// properly succeeds it, or an earlier one of its own chain under the same signing key. 412 otherwise.
    void record_named(const std::string& domain, const armor::Digest& fingerprint, RecordDone done);
    /// The domain's records as it gives them, oldest first; with History::last one. Judged like the others.
    void records_for(const std::string& domain, PeerLink::History history,
                     Callback<std::vector<std::string>> done);
    /// The next record_for() asks the peer again.
    void doubt(const std::string& domain) { fresh_.erase(domain); }

  private:
    struct Fresh {
        armor::Record record;
        Time asked;
    };
    void ask(const std::string& domain, PeerLink::History history, RecordDone done);
    /// What the domain gave: its form, its force, then judge().
    void take(const std::string& domain, PeerLink::History history, const std::vector<std::string>& texts,
              RecordDone done);
    /// Judges a peer's records against the pin, and moves the pin. The last of `chain` is the candidate.
    void judge(const std::string& domain, std::vector<armor::Record> chain, PeerLink::History history,
               RecordDone done);
    /// The peer is asked: its last record, then its history.
    void ask_for(const std::string& domain, const armor::Digest& fingerprint, RecordDone done);
    void search_history(const std::string& domain, const armor::Digest& fingerprint, RecordDone done);

    const NodeServices& services_;
    PeerLink& link_;
    std::map<std::string, Fresh> fresh_;
};

}  // namespace immp::bridge
