export * from '../../base/scales';
