"""How well plans do over many cases: success, cost, calls, people and time, and two of them side by side."""
