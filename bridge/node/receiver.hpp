// Bundles from other domains: their pieces gathered, their heads judged before an octet is kept, then opened.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "armor/bundle.hpp"
#include "bridge/node/key_ring.hpp"
#include "bridge/node/opening.hpp"
#include "bridge/node/services.hpp"
#include "bridge/node/trust.hpp"
#include "bridge/peer_link.hpp"

namespace immp::bridge {

class Receiver {
  public:
    /// Hears what key items of an origin brought, once it is durable.
    using Heard = std::function<void(const std::string& origin, const KeyNews& news)>;

    /// All outlive it. `keys` gives the keys in use, which are there before anything is received.
    Receiver(const NodeServices& services, Trust& trust, KeyRation& ration, std::function<HeldKeysPtr()> keys,
             Heard heard);

    using Reply = Callback<BundleStatus>;

    /// What is stored of a bundle after a piece or a question.
    struct Kept {
        BundleStatus status;
        std::optional<IncomingBundle>
            complete;  ///< all octets are there (perhaps since before a restart): open it
    };

    /// `reply` comes when the octets are synced; with the last piece, when the mail is filed: then the
    /// receipt is in it. Errors: the reader's list of docs/envelope.md.
    void on_piece(std::string origin, std::string peer, BundlePiece piece, Reply reply);
    void on_question(std::string origin, std::string peer, std::string bundle_id, Reply reply);

  private:
    using Id = std::pair<std::string, std::string>;  ///< origin, bundle id

    /// A first piece on its way through the checks.
    struct First {
        std::string origin;
        std::string peer;
        BundlePiece piece;
        armor::Head head;
        std::size_t head_bytes = 0;
    };
    void first_piece(std::string origin, std::string peer, BundlePiece piece, Reply reply);
    void check_repeat(First first, Reply reply);
    void check_origin(First first, Reply reply);
    void admit(First first, Reply reply);
    void further_piece(std::string origin, std::string peer, BundlePiece piece, Reply reply);
    void answer(const std::string& origin, const std::string& peer, Result<Kept> kept, Reply reply);
    void open_stored(const std::string& origin, const std::string& peer, IncomingBundle incoming,
                     Reply reply);
    void note_repeat(const std::string& origin);
    void open(OpenOrder order, Reply reply);
    void opened(const Id& id, const armor::Head& head, Result<Opened> result);

    const NodeServices& services_;
    Trust& trust_;
    KeyRation& ration_;
    std::function<HeldKeysPtr()> keys_;
    Heard heard_;
    /// Bundles being opened, and who waits for the outcome: a repeat joins instead of opening again.
    std::map<Id, std::vector<Reply>> opening_;
};

}  // namespace immp::bridge
