enable f16;
alias scalar = f16;
