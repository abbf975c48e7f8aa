// The desk's answers to MBOX SHARE.
#include "bridge/node/answering.hpp"
#include "bridge/node/desk.hpp"
#include "bridge/node/sharing.hpp"

namespace immp::bridge {

void Desk::serve(ShareMailbox request, AnswerDone done) {
    services_.store.write<Shared>(
        [request = std::move(request)](Transaction& transaction) {
            return share_mailbox(transaction, request);
        },
        answering<Shared>(std::move(done)));
}

void Desk::serve(ListShares request, AnswerDone done) {
    services_.store.read<ShareList>(
        [request = std::move(request)](Transaction& transaction) {
            return list_shares(transaction, request);
        },
        answering<ShareList>(std::move(done)));
}

void Desk::serve(ListHeldShares request, AnswerDone done) {
    services_.store.read<ShareList>(
        [request = std::move(request)](Transaction& transaction) {
            return list_held_shares(transaction, request);
        },
        answering<ShareList>(std::move(done)));
}

}  // namespace immp::bridge
