"""Reports: folds over what is stored. They read stored batches only and know no transport."""
