#include "hq_activation.hpp"

#include <algorithm>
#include <map>

#include "tillcue/sync/state.hpp"

namespace tillcue::sync {
namespace {

using Clock = std::chrono::steady_clock;

Activation tally(std::map<std::string, TerminalState> const& states, std::uint64_t release) {
  Activation seen;
  for (auto const& [terminal, state] : states) {
    if (state.presence != Presence::online) continue;
    ++seen.online;
    if (state.release >= release) ++seen.active;
  }
  return seen;
}

std::string seconds_text(std::chrono::milliseconds time) {
  auto const tenths = time.count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

Result<Activation> await_activation(BrokerSession& session, Topics const& topics, ActivationOptions const& options,
                                    std::function<void(std::string const& line)> const& say) {
  if (auto done = session.subscribe(topics.all_states(), options.patience); !done) return tl::unexpected{done.error()};
  // The retained states of a fleet come as a burst; deciding on the first of them would not see the others.
  constexpr std::chrono::milliseconds kSettle{300};
  std::map<std::string, TerminalState> states;
  auto const begun = Clock::now();
  for (;;) {
    auto const past = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
    auto const left = options.wait - past;
    if (left.count() <= 0) break;
    auto const before = tally(states, options.release);
    bool const complete = before.online > 0 && before.active == before.online;
    auto const message = session.next(complete ? std::min(kSettle, left) : left);
    if (!message) break;
    auto const state = decode_state(message->payload);
    auto const topic = topics.parse(message->topic);
    if (!state || !topic || topic->kind != TopicKind::state || topic->name != state->terminal.value) continue;
    auto& known = states[state->terminal.value];
    bool const news = state->presence == Presence::online && state->release >= options.release &&
                      (known.presence != Presence::online || known.release < options.release);
    known = *state;
    if (news)
      say(state->terminal.value + " runs release " + std::to_string(state->release) + " after " +
          seconds_text(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun)));
    if (!state->last_error.empty() && state->release < options.release) {
      say(state->terminal.value + " says: " + state->last_error);
    }
  }
  return tally(states, options.release);
}

}  // namespace tillcue::sync
