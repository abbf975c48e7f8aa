// A work's result as the session's answer.
#pragma once

#include <functional>
#include <utility>

#include "bridge/session/host.hpp"

namespace immp::bridge {

template <class R>
std::move_only_function<void(Result<R>)> answering(SessionHost::AnswerDone done) {
    return [done = std::move(done)](Result<R> result) mutable {
        if (!result) return done(std::unexpected(std::move(result.error())));
        done(AnswerValue(std::move(*result)));
    };
}

}  // namespace immp::bridge
