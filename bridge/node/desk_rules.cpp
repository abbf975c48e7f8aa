// The desk's answers to the RULE verbs.
#include "bridge/node/answering.hpp"
#include "bridge/node/desk.hpp"
#include "bridge/node/rule_book.hpp"

namespace immp::bridge {

void Desk::serve(ListRules request, AnswerDone done) {
    services_.store.read<RuleList>(
        [request = std::move(request)](Transaction& transaction) { return list_rules(transaction, request); },
        answering<RuleList>(std::move(done)));
}

void Desk::serve(AddRule request, AnswerDone done) {
    services_.store.write<Done>(
        [request = std::move(request), &programs = programs_](Transaction& transaction) {
            return add_rule(transaction, request, programs);
        },
        answering<Done>(std::move(done)));
}

void Desk::serve(DropRule request, AnswerDone done) {
    services_.store.write<Done>(
        [request = std::move(request)](Transaction& transaction) { return drop_rule(transaction, request); },
        answering<Done>(std::move(done)));
}

}  // namespace immp::bridge
