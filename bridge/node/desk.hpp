// Where a session's requests are served: the node's side of one connection.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "bridge/node/body_stage.hpp"
#include "bridge/node/feed_directory.hpp"
#include "bridge/node/key_directory.hpp"
#include "bridge/node/logins.hpp"
#include "bridge/node/peer_entrance.hpp"
#include "bridge/node/pushing.hpp"
#include "bridge/node/services.hpp"
#include "bridge/node/watches.hpp"
#include "bridge/session/host.hpp"
#include "bridge/session/session.hpp"

namespace immp::bridge {

/// Octets of one session that may wait for the disk before its connection stops reading: two chunks.
inline constexpr std::size_t kSessionBacklogBytes = 2 * kChunkBytes;
/// Octets of one delivery's bodies that stay in memory until DONE, all together.
inline constexpr std::size_t kDeliveryHeldBytes = kChunkBytes;

class Desk final : public SessionHost {
  public:
    /// Told, on the I/O thread, which domains have new mail in the outbox.
    using Queued = std::function<void(const std::vector<std::string>& domains)>;

    /// Services, watches, logins, directories, entrance and programs outlive the desk. `address`: where the
    /// client is.
    Desk(const NodeServices& services, Watches& watches, Logins& logins, KeyDirectory& directory,
         FeedDirectory& feeds, PeerEntrance& entrance, const Programs& programs, std::string address,
         Queued queued);
    ~Desk() override;

    void ask(Request request, AnswerDone done) override;
    void part_octets(PartOctets octets) override;
    void drop_part(DropPart part) override;
    void drop_delivery(DeliveryId delivery) override;
    void pull(BodySourcePtr source, PullDone done) override;
    [[nodiscard]] bool congested() const override { return backlog_->octets > kSessionBacklogBytes; }
    void on_uncongested(std::function<void()> resume) override;
    void on_login_ended(std::function<void(Error)> ended) override { login_->ended = std::move(ended); }

  private:
    /// The bodies of one delivery by PartOctets::part; they may come side by side.
    using Upload = std::map<std::uint32_t, BodyStage>;

    [[nodiscard]] static std::vector<StagedBody> finish(Upload& upload);

    void serve(LookUpCredential request, AnswerDone done);
    void serve(AdmitUser request, AnswerDone done);
    void serve(RenewPassword request, AnswerDone done);
    void serve(RecordLogin request, AnswerDone done);
    void serve(Submit request, AnswerDone done);
    void serve(CheckMailbox request, AnswerDone done);
    void serve(IndexMailbox request, AnswerDone done);
    void serve(FetchMessage request, AnswerDone done);
    void serve(AddDevice request, AnswerDone done);
    void serve(ListDevices request, AnswerDone done);
    void serve(RevokeDevice request, AnswerDone done);
    void serve(FindKeys request, AnswerDone done);
    void serve(PublishKey request, AnswerDone done);

    // desk_peer.cpp
    void serve(ConfirmCookie request, AnswerDone done);
    void serve(CheckCookie request, AnswerDone done);
    void serve(TakeBundle request, AnswerDone done);
    void serve(TakeReceipt request, AnswerDone done);
    /// The one part that counts of a delivery; the others are forgotten.
    [[nodiscard]] std::optional<StagedBody> take_part(DeliveryId delivery, std::uint32_t part);

    // desk_mailbox.cpp
    void serve(CreateFolder request, AnswerDone done);
    void serve(RenameFolder request, AnswerDone done);
    void serve(DropFolder request, AnswerDone done);
    void serve(ListFolders request, AnswerDone done);
    void serve(PlaceMessage request, AnswerDone done);
    void serve(FlagMessage request, AnswerDone done);
    void serve(RemoveMessage request, AnswerDone done);
    void serve(AskQuota request, AnswerDone done);
    void serve(CommitLease request, AnswerDone done);
    void take(FetchMessage request, AnswerDone done);

    // desk_sharing.cpp
    void serve(ShareMailbox request, AnswerDone done);
    void serve(ListShares request, AnswerDone done);
    void serve(ListHeldShares request, AnswerDone done);

    // desk_push.cpp
    void serve(PushMessage request, AnswerDone done);
    void serve(AnswerPush request, AnswerDone done);
    void serve(MintToken request, AnswerDone done);
    void serve(ListPushSources request, AnswerDone done);
    void serve(JudgePushSource request, AnswerDone done);
    [[nodiscard]] std::move_only_function<void(Result<SentOut>)> sending_out(AnswerDone done);

    // watches.cpp
    void serve(WatchFolder request, AnswerDone done);
    void serve(EndWatch request, AnswerDone done);
    void serve(ListSettings request, AnswerDone done);
    void serve(ChangeSetting request, AnswerDone done);
    void serve(ListBlocks request, AnswerDone done);
    void serve(AddBlock request, AnswerDone done);
    void serve(DropBlock request, AnswerDone done);
    void serve(ListRefused request, AnswerDone done);

    // desk_rules.cpp
    void serve(ListRules request, AnswerDone done);
    void serve(AddRule request, AnswerDone done);
    void serve(DropRule request, AnswerDone done);

    // desk_publish.cpp
    void serve(CreateNode request, AnswerDone done);
    void serve(PublishItem request, AnswerDone done);
    void serve(ListNodes request, AnswerDone done);
    void serve(DecidePerson request, AnswerDone done);
    void serve(DropNode request, AnswerDone done);
    void serve(Subscribe request, AnswerDone done);
    void serve(ListSubscriptions request, AnswerDone done);
    void serve(Unsubscribe request, AnswerDone done);
    void search(std::move_only_function<void(AnswerDone)> look, AnswerDone done);
    [[nodiscard]] AnswerDone packing(Compression compression, AnswerDone done);

    const NodeServices& services_;
    Watches& watches_;
    Logins& logins_;
    KeyDirectory& directory_;
    FeedDirectory& feeds_;
    PeerEntrance& entrance_;
    const Programs& programs_;
    const std::string address_;
    const StagingRoomPtr room_;
    Queued queued_;
    std::map<DeliveryId, Upload> uploads_;
    std::map<WatchId, std::shared_ptr<FolderWatch>> watching_;
    const LoginPtr login_ = std::make_shared<Login>();
    /// Compressed bodies to this client.
    std::shared_ptr<CodecRoom> packing_ = std::make_shared<CodecRoom>(kSessionCodecs);
    std::shared_ptr<Backlog> backlog_ = std::make_shared<Backlog>();
};

}  // namespace immp::bridge
