// The file that goes with a precompiled header.
